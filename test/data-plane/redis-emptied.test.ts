import { beforeEach, describe, expect, it } from '@jest/globals';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import type { DataPlane, Gateway } from './support/gateway.js';
import { movedSession } from './support/moved-session.js';
import type { Replica } from './support/replica.js';
import { callTool, openStream, whereIs } from './support/rpc.js';
import { initialize, inSession } from './support/session-server.js';

const SETTLED = 15_000;

describe('when Redis comes back without its data, a relocated session', () => {
  let now: number;
  let line: RedisLine;
  let second: Replica;
  let gateway: Gateway;
  let other: DataPlane;
  let session: string;

  beforeEach(async () => {
    now = Date.now();
    line = await redisLine();
    const moved = await movedSession({ redisUrl: line.url, now: () => now });
    ({ gateway, other, second, session } = moved);
    await moved.first.kill();
  });

  const seesRedis = async ({ url }: DataPlane) => (await initialize(url)).status === 200;
  async function emptyRedis(meanwhile = async () => {}) {
    line.cut();
    for (const member of [gateway, other]) await waitFor('Redis to be missed', async () => !(await seesRedis(member)));
    await gateway.redis.del(await gateway.redis.keys(`{${gateway.prefix}:*}:session*`));
    await meanwhile();
    line.restore();
    for (const member of [gateway, other]) await waitFor('Redis to be back', () => seesRedis(member));
  }
  const statusOf = async ({ url }: DataPlane) => (await callTool(url, session, 'who')).status;

  it('continues on its replica, through every data plane', async () => {
    const stream = await openStream(gateway.url, session);
    await emptyRedis();
    await waitFor('it to be found', async () => (await whereIs(other.url, session)) === second.endpoint.id);
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    const third = await gateway.join();
    expect(await whereIs(third.url, session)).toBe(second.endpoint.id);
    expect(stream.closed).toBe(false);
    stream.destroy();
  });

  it('continues when it was not used since its relocation and Redis loses its data again', async () => {
    for (let round = 0; round < 2; round++) await emptyRedis();
    await waitFor('it to be found', async () => (await whereIs(other.url, session)) === second.endpoint.id);
  });

  it('does not open again when its client has ended it before', async () => {
    expect(await whereIs(other.url, session)).toBe(second.endpoint.id);
    const changed = new Promise((resolve) => other.sessions.onChange(resolve));
    await inSession(gateway.url, session, { method: 'DELETE' });
    await changed;
    await emptyRedis();
    expect([await statusOf(gateway), await statusOf(other)]).toEqual([404, 404]);
    const received = second.received.filter(({ session: named }) => named !== undefined);
    expect(received.at(-1)?.method).toBe('DELETE');
  });

  it('is lost when no data plane knows it, once all had time to write', async () => {
    await gateway.redis.del(await gateway.redis.keys(`{${gateway.prefix}:*}:session*`));
    const third = await gateway.join();
    expect(await statusOf(third)).toBe(503);
    await waitFor('its end', async () => {
      now += SETTLED;
      return (await statusOf(third)) === 404;
    });
  });
});
