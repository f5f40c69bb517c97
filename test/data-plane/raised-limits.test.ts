import { expect, it } from '@jest/globals';
import { ADAPTER_1 } from './support/upstream.js';
import { sessionRecords } from '@mcp-gateway/sessions';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, callTool } from './support/rpc.js';
import { inSession } from './support/session-server.js';
import { routeTo } from './support/upstream.js';

const DAY = 86_400;
const LOW = { sessions: { idleTimeoutSeconds: 60, maxAgeSeconds: 60 } };
const HIGH = { sessions: { idleTimeoutSeconds: DAY, maxAgeSeconds: 7 * DAY } };

/** The shortest lifetime of the session's keys in Redis, in seconds. */
async function shortestRetention({ redis, prefix, keyOf }: Gateway): Promise<number> {
  const { used, usedBy, opened } = sessionRecords(redis, prefix).keys;
  const keys = [...(await redis.keys(keyOf('*'))), used(ADAPTER_1), usedBy(ADAPTER_1, 'alice')];
  return Math.min(...(await Promise.all([...keys, opened(ADAPTER_1)].map((key) => redis.ttl(key)))));
}

async function raisedWhileOpen() {
  const { endpoint } = await startReplica();
  const gateway = await startGateway({ routes: [routeTo(endpoint, LOW)] });
  const session = await begin(gateway.url);
  await gateway.sessions.activity.flush();
  expect(await shortestRetention(gateway)).toBeLessThan(DAY);
  await gateway.publish(routeTo(endpoint, HIGH));
  return { gateway, session };
}

it('a session that continues under raised limits keeps its record as long as it may live', async () => {
  const { gateway, session } = await raisedWhileOpen();
  expect((await callTool(gateway.url, session, 'who')).status).toBe(200);
  await gateway.sessions.activity.flush();
  expect(await shortestRetention(gateway)).toBeGreaterThan(7 * DAY);
});

it('a session that ends after limits were raised stays ended for as long as its id would be valid', async () => {
  const { gateway, session } = await raisedWhileOpen();
  expect((await inSession(gateway.url, session, { method: 'DELETE' })).status).toBe(200);
  const [key = ''] = await gateway.redis.keys(gateway.keyOf('*'));
  expect(await gateway.redis.ttl(key)).toBeGreaterThan(7 * DAY);
});
