import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeKeys } from '@mcp-gateway/routing';
import { sessionKeys } from '@mcp-gateway/sessions';
import { hasRedisServer, startRedisCluster, type TestCluster } from '../support/redis-cluster.js';
import { waitFor } from '../support/wait.js';
import { movedSession } from './support/moved-session.js';
import { begin, whereIs } from './support/rpc.js';
import { ADAPTER_1 } from './support/upstream.js';

const describeCluster = hasRedisServer ? describe : describe.skip;
if (!hasRedisServer) console.warn('The data plane is not tried on Redis Cluster: there is no redis-server on PATH.');

let cluster: TestCluster;
beforeAll(async () => {
  if (hasRedisServer) cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster?.close());

describeCluster('data planes on a Redis Cluster', () => {
  it('relocate a session, and each finds it on its new replica', async () => {
    const { gateway, other, second, session } = await movedSession({ redisUrl: cluster.url });
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
    expect(await other.sessions.isIdle('another', second.endpoint.id)).toBe(true);
  }, 60_000);

  it.each([
    ['the routes', (prefix: string) => routeKeys(prefix).routes],
    ['the sessions', (prefix: string) => sessionKeys(prefix).used(ADAPTER_1)],
  ])(
    'keep relocated sessions and open new ones when the node of %s fails',
    async (_what, keyOf) => {
      const { gateway, other, second, session } = await movedSession({ redisUrl: cluster.url });
      const failed = await cluster.failMasterOf(keyOf(gateway.prefix));
      expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id); // this one remembers the session
      const found = await waitFor('the other to reach the new node', () => whereIs(other.url, session), 20_000);
      expect(found).toBe(second.endpoint.id);
      const opened = await waitFor('a new session', () => begin(gateway.url), 20_000);
      expect(await whereIs(other.url, opened)).toBe(second.endpoint.id);
      await failed.restart();
      const late = await gateway.join(); // remembers nothing
      expect(await whereIs(late.url, session)).toBe(second.endpoint.id);
    },
    120_000,
  );
});
