import { expect, it } from '@jest/globals';
import { adapterRef, AdapterSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, countResources } from '@mcp-gateway/database';
import { createEgress } from '@mcp-gateway/platform/egress';
import { followRoutes } from '@mcp-gateway/routing';
import { startRelay } from '../data-plane/support/remote.js';
import { startSdkServer } from '../data-plane/support/sdk-server.js';
import { startUpstream } from '../data-plane/support/upstream.js';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { FakeRuntime } from './support/fake-runtime.js';
import { adapterKind, composeWorker, remoteServers } from './support/sources.js';

it('publishes a remote adapter without a workload, and its status follows the server', async () => {
  const prefix = freshPrefix();
  const [redis, observer] = [await connectRedis(), await connectRedis()];
  const database = connect(await freshDatabase());
  const rows = adapterRows(database);
  const fake = new FakeRuntime();
  const remotes = remoteServers({ egress: createEgress({ allowedNetworks: ['127.0.0.1'] }), everyMs: 50 });
  afterTest(() => remotes.close());
  const parts = { kinds: [adapterKind(rows, remotes)], countResources: () => countResources(database), runtime: fake };
  const worker = composeWorker({ ...parts, redis, prefix, remotes, log: silent });
  afterTest(() => worker.close());
  const table = followRoutes(observer, prefix, silent);
  afterTest(() => table.close());

  const server = await startSdkServer();
  const other = await startUpstream((_req, res) => res.writeHead(404).end('<p>no</p>'));
  const relay = await startRelay();
  await relay.to(server.endpoint.url);
  const spec = {
    name: 'far',
    requiredRoles: ['team'],
    remote: { url: `${relay.url}/v2/mcp?key=7`, headers: { 'X-A': 'b' } },
  };
  await rows.create(AdapterSpec.parse({ ...spec, replicaCount: 0 }), 'alice');
  const statusIs = (what: string, expected: object) =>
    becomesTrue(what, async () => expect(await rows.find('far')).toMatchObject(expected));
  const condition = (status: string, reason: string) => [{ type: 'Ready', status, reason }];

  await statusIs('the status', {
    phase: 'Ready',
    observedGeneration: 1,
    conditions: condition('True', 'ServerAnswers'),
  });
  expect(table.get(adapterRef('far'))).toMatchObject({
    requiredRoles: ['team'],
    remote: { headers: { 'X-A': 'b' } },
    endpoints: [{ url: relay.url, path: '/v2/mcp?key=7', ready: true, remote: { headers: { 'X-A': 'b' } } }],
  });
  const endpointId = table.get(adapterRef('far'))?.endpoints[0]?.id;

  await relay.away();
  await statusIs('the outage', { phase: 'Failed', conditions: condition('False', 'Unreachable') });
  expect(table.get(adapterRef('far'))?.endpoints).toMatchObject([{ id: endpointId, ready: true }]);
  await relay.to(server.endpoint.url);
  await statusIs('the return', { phase: 'Ready', conditions: condition('True', 'ServerAnswers') });

  const row = await rows.find('far');
  if (!row) throw new Error('no row');
  expect(server.sessions.size).toBe(0); // those of the checks have ended
  await rows.update(row, AdapterSpec.parse({ ...spec, replicaCount: 0, remote: { url: `${other.endpoint.url}/mcp` } }));
  await statusIs('the new URL', { phase: 'Failed', observedGeneration: 2, conditions: condition('False', 'NotMcp') });
  expect(table.get(adapterRef('far'))?.endpoints[0]?.id).not.toBe(endpointId);
  expect(fake.running.size).toBe(0);

  await rows.markDeleted(row);
  await becomesTrue('the end', async () => {
    await worker.queue.reconcile(adapterRef('far'));
    expect([await rows.find('far'), table.get(adapterRef('far'))]).toEqual([null, undefined]);
  });
});
