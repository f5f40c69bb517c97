import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import type { Route } from '@mcp-gateway/common/contracts';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, openStream } from './support/rpc.js';
import { initialize } from './support/session-server.js';
import { routeTo } from './support/upstream.js';

const MINUTE = 60_000;
const SETTLED = 15_000;

const statusOf = async ({ url }: DataPlane, session: string) => (await callTool(url, session, 'who')).status;
const sweep = ({ sessions, routes }: DataPlane) => sessions.endOverdue(routes.get(adapterRef('echo')) as Route);

describe('a session that is in use while Redis is unavailable for longer than its idle limit', () => {
  let now: number;
  let line: RedisLine;
  let replica: Replica;
  let gateway: Gateway;
  let other: DataPlane;

  const seesRedis = async ({ url }: DataPlane) => (await initialize(url)).status === 200;

  beforeEach(async () => {
    now = Date.now();
    line = await redisLine();
    replica = await startReplica();
    const sessions = { idleTimeoutSeconds: 300 };
    const options = { redisUrl: line.url, now: () => now };
    gateway = await startGateway({ routes: [routeTo(replica.endpoint, { sessions })], ...options });
    other = await gateway.join();
  });

  /** Eight minutes; `use` is called in each of them. */
  async function outage(use: () => Promise<unknown>) {
    line.cut();
    for (const member of [gateway, other]) await waitFor('Redis to be missed', async () => !(await seesRedis(member)));
    for (let minute = 0; minute < 8; minute++) {
      now += MINUTE;
      await use();
      await gateway.sessions.activity.flush();
    }
    line.restore();
    for (const member of [gateway, other]) await waitFor('Redis to be back', () => seesRedis(member));
  }

  it('continues when Redis is back, on every data plane', async () => {
    const session = await begin(gateway.url);
    await outage(async () => expect(await statusOf(gateway, session)).toBe(200));
    await sweep(other);
    expect([await statusOf(gateway, session), await statusOf(other, session)]).toEqual([200, 200]);
    now += SETTLED;
    for (const member of [other, gateway]) await sweep(member);
    expect([await statusOf(gateway, session), await statusOf(other, session)]).toEqual([200, 200]);
  });

  it('continues when its only use is a stream', async () => {
    const session = await begin(gateway.url);
    const stream = await openStream(gateway.url, session);
    await outage(async () => {});
    now += SETTLED;
    for (const member of [other, gateway]) await sweep(member);
    expect(await statusOf(other, session)).toBe(200);
    expect(stream.closed).toBe(false);
    stream.destroy();
  });

  it('continues on a data plane whose activity cannot be written for other reasons', async () => {
    const session = await begin(gateway.url);
    const { records, activity } = gateway.sessions;
    const { touch } = records;
    records.touch = async () => {
      throw new Error('no answer within 1000 ms');
    };
    for (let minute = 0; minute < 8; minute++) {
      now += MINUTE;
      expect(await statusOf(gateway, session)).toBe(200);
      await activity.flush();
    }
    await expect(sweep(gateway)).rejects.toThrow('no answer');
    records.touch = touch;
    await sweep(gateway);
    expect(await statusOf(gateway, session)).toBe(200);
  });

  it('ends when it is not used any more', async () => {
    const session = await begin(gateway.url);
    await outage(async () => {});
    now += SETTLED;
    expect(await statusOf(other, session)).toBe(404);
  });
});
