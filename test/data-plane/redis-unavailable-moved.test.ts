import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { ADAPTER_1 } from './support/upstream.js';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import type { DataPlane, Gateway } from './support/gateway.js';
import { movedSession } from './support/moved-session.js';
import type { Replica } from './support/replica.js';
import { callTool, whereIs } from './support/rpc.js';
import { initialize } from './support/session-server.js';

describe('a session that was relocated', () => {
  let now: number;
  let line: RedisLine;
  let second: Replica;
  let gateway: Gateway;
  let other: DataPlane;
  let session: string;

  beforeEach(async () => {
    now = Date.now();
    line = await redisLine();
    ({ gateway, other, second, session } = await movedSession({ redisUrl: line.url, now: () => now }));
  });

  const cutRedis = async () => {
    line.cut();
    await waitFor('Redis to be missed', async () => (await initialize(gateway.url)).status === 503);
  };

  it('continues on its new replica while Redis is unavailable, however long', async () => {
    await cutRedis();
    for (let hour = 0; hour < 3; hour++) {
      expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
      now += 3_600_000;
    }
  });

  it('continues while Redis is unavailable on a data plane that has used it since', async () => {
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
    await cutRedis();
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
  });

  it('has commands to Redis fail at once while Redis is unavailable, repeatedly', async () => {
    await cutRedis();
    await expect(gateway.sessions.records.find({ id: 'any', ...ADAPTER_1 })).rejects.toThrow('offline');
    await expect(gateway.routes.refresh(adapterRef('echo'))).rejects.toThrow('offline');
  });

  it('is answered 503 elsewhere while Redis is unavailable, and continues when Redis is back', async () => {
    await cutRedis();
    const { status, text, header } = await callTool(other.url, session, 'who');
    expect([status, header('retry-after')]).toEqual([503, '1']);
    const why = "the session's location cannot be looked up while Redis is unavailable";
    expect(text).toContain(`A part that this request needs is not available: ${why}`);
    line.restore();
    now += 10_000; // longer than the looked-up location is valid
    await waitFor('it to be found', async () => (await whereIs(other.url, session)) === second.endpoint.id);
  });
});
