import { expect, it } from '@jest/globals';
import { adapterRef, AdapterSpec, ToolSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, countResources, toolRows } from '@mcp-gateway/database';
import { createEgress } from '@mcp-gateway/platform/egress';
import { followRoutes, followTools } from '@mcp-gateway/routing';
import { startRelay } from '../data-plane/support/remote.js';
import { startSdkServer } from '../data-plane/support/sdk-server.js';
import { startUpstream } from '../data-plane/support/upstream.js';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { FakeRuntime } from './support/fake-runtime.js';
import { adapterKind, composeWorker, remoteServers, toolKind } from './support/sources.js';

async function setUp() {
  const prefix = freshPrefix();
  const [redis, observer] = [await connectRedis(), await connectRedis()];
  const database = connect(await freshDatabase());
  const [rows, tools] = [adapterRows(database), toolRows(database)];
  const fake = new FakeRuntime();
  const remotes = remoteServers({ egress: createEgress({ allowedNetworks: ['127.0.0.1'] }), everyMs: 50 });
  afterTest(() => remotes.close());
  const kinds = [adapterKind(rows, remotes), toolKind(tools, rows, { remotes })];
  const parts = { kinds, countResources: () => countResources(database), runtime: fake };
  const worker = composeWorker({ ...parts, redis, prefix, remotes, log: silent });
  afterTest(() => worker.close());
  return { prefix, observer, rows, tools, fake, worker };
}

it('publishes a remote adapter without a workload, and its status follows the server', async () => {
  const { prefix, observer, rows, fake, worker } = await setUp();
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
  await becomesTrue('the end of the sessions of checks', () => expect(server.sessions.size).toBe(0));
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

it('publishes an API that runs elsewhere with its operations, and takes over from replicas', async () => {
  const { prefix, observer, tools, fake, worker } = await setUp();
  const table = followTools(observer, prefix, silent);
  afterTest(() => table.close());
  const api = await startUpstream((req, res) => res.writeHead(req.method === 'GET' ? 404 : 500).end());
  const responses = { 200: { description: 'fine' } };
  const document = {
    openapi: '3.1.1',
    info: { title: 'Pets', version: '1' },
    servers: [{ url: 'https://elsewhere.example/ignored' }],
    paths: { '/pets': { get: { operationId: 'listPets', responses } } },
  };
  const source = { type: 'openapi', document, operations: ['listPets'] };
  const local = { name: 'pets', imageName: 'pets', imageVersion: '1', source, requiredRoles: ['team'] };
  await tools.create(ToolSpec.parse(local), 'alice');
  const ref = { kind: 'tool', name: 'pets' } as const;
  await worker.queue.reconcile(ref);
  await becomesTrue('the replica', () => expect(fake.running.has('pets')).toBe(true));

  const row = await tools.find('pets');
  if (!row) throw new Error('no row');
  const remote = { url: `${api.endpoint.url}/v3`, headers: { 'X-Api-Version': '2' } };
  const spec = { name: 'pets', remote, source, replicaCount: 0, upstreamAuth: { credential: 'pets' } };
  await tools.update(row, ToolSpec.parse(spec));
  await worker.queue.reconcile(ref);
  await becomesTrue('the status', async () =>
    expect(await tools.find('pets')).toMatchObject({
      phase: 'Ready',
      observedGeneration: 2,
      conditions: [{ reason: 'ServerAnswers', message: 'It answers GET with 404.' }],
    }),
  );
  expect(table.get(ref)).toMatchObject({
    remote: { headers: { 'X-Api-Version': '2' } },
    upstreamAuth: { credential: 'pets' },
    endpoints: [{ url: api.endpoint.url, path: '/v3', ready: true }],
  });
  expect(table.definition(ref)).toMatchObject({ operations: [{ plan: { method: 'GET', path: '/v3/pets' } }] });
  await becomesTrue('the end of the replica', () => expect(fake.running.get('pets')).toMatchObject({ removing: true }));
});
