import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { selfSigned } from '../data-plane/support/certificate.js';
import { afterTests, folder } from '../support/after-tests.js';
import { connect, count } from '../support/clients.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { emptyDatabase } from '../support/postgres.js';
import { isAlive } from '../support/processes.js';
import { replicaProcesses } from '../support/replicas.js';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { becomesTrue, waitFor } from '../support/wait.js';

/** A proxy that does not exist. */
const NOWHERE = 'http://127.0.0.1:1';

let line: RedisLine;
let gateway: Gateway;
beforeAll(async () => {
  const home = await folder();
  const authority = join(home, 'authority.pem');
  const { cert, key } = selfSigned();
  await writeFile(authority, cert);
  line = await redisLine(afterTests, { cert, key });
  const network = { NODE_EXTRA_CA_CERTS: authority, HTTP_PROXY: NOWHERE, http_proxy: NOWHERE, NODE_USE_ENV_PROXY: '1' };
  gateway = await startGateway({ home, env: { ...network, DATABASE_URL: await emptyDatabase(), REDIS_URL: line.url } });
}, 60_000);

it("trusts the user's own certificate authority, uses no proxy within the gateway, and passes both settings on to servers", async () => {
  expect(gateway.output()).toContain(gateway.api.mcp('mcp-example')); // the gateway prints it once the adapter is ready
  const [{ environment } = { environment: {} }] = replicaProcesses(gateway, 'mcp-example');
  expect(environment).toMatchObject({
    NODE_EXTRA_CA_CERTS: join(gateway.home, 'authority.pem'),
    HTTP_PROXY: NOWHERE,
    http_proxy: NOWHERE,
    NODE_USE_ENV_PROXY: '1',
  });
  expect(Object.keys(environment)).not.toContain('REDIS_URL');
});

it('keeps sessions and the API working while Redis is unavailable, and catches up afterwards', async () => {
  const session = await connect(gateway.api.mcp('mcp-example'));
  expect(await count(session)).toBe(1);

  line.cut();
  expect(await count(session)).toBe(2);
  expect((await gateway.api.status('mcp-example')).phase).toBe('Ready');
  await gateway.api.update({ ...(await example()), description: 'changed while Redis was unavailable' });

  line.restore();
  await becomesTrue('the change to be acted on', async () => {
    const { generation, observedGeneration } = await gateway.api.status('mcp-example');
    expect([generation, observedGeneration]).toEqual([2, 2]);
  });
  expect(await count(session)).toBe(3);
}, 60_000);

it('lets the worker end on a signal while Redis is unavailable', async () => {
  const worker = gateway.part('deployment-worker');
  line.cut();
  process.kill(worker, 'SIGTERM');
  await waitFor('the worker to end', () => !isAlive(worker), 15_000);
  line.restore();
  await waitFor('another worker', () => gateway.part('deployment-worker') !== worker, 40_000);
  await gateway.api.update({ ...(await example()), replicaCount: 1 });
  await gateway.api.ready('mcp-example');
}, 90_000);

async function example() {
  const { name, imageName, imageVersion, replicaCount } = await gateway.api.get('mcp-example');
  return { name, imageName, imageVersion, replicaCount };
}
