import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { routeKeys } from '@mcp-gateway/routing';
import { send, start } from '../support/http.js';
import { redisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { rpcError } from './support/rpc-error.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import {
  initialize,
  inSession,
  openSession,
  startSessionServer,
  type SessionServer,
} from './support/session-server.js';
import { routeTo } from './support/upstream.js';

const NO_SESSION = rpcError(-32004, 'There is no such session; initialize a new one', 'SESSION_NOT_FOUND');
const CLOSED = { status: 404, text: NO_SESSION };

describe('a session on several data planes', () => {
  let server: SessionServer;
  let idle: SessionServer;
  let gateway: Gateway;
  let second: DataPlane;

  beforeEach(async () => {
    [server, idle] = [await startSessionServer(), await startSessionServer()];
    gateway = await startGateway({ routes: [routeTo([server.endpoint, { ...idle.endpoint, ready: false }])] });
    second = await gateway.join();
  });

  it('works on each of them', async () => {
    const [one, two] = [await openSession(gateway.url), await openSession(second.url)];
    for (const { url } of [gateway, second, gateway]) {
      expect((await inSession(url, one)).text).toBe(server.ids[0]);
      expect((await inSession(url, two)).text).toBe(server.ids[1]);
      expect((await inSession(url, one, { method: 'GET' })).text).toBe(server.ids[0]);
    }
  });

  it('stays on its replica, also when that becomes unready', async () => {
    const id = await openSession(gateway.url);
    await gateway.publish(routeTo([{ ...server.endpoint, ready: false }, idle.endpoint]));
    for (const { url } of [gateway, second, gateway]) {
      expect((await inSession(url, id)).text).toBe(server.ids[0]);
    }
    await openSession(gateway.url);
    expect(idle.ids).toHaveLength(1);
  });

  it.each(['the first', 'the second'])('ends on all of them when the client ends it on %s', async (where) => {
    const id = await openSession(gateway.url);
    expect((await inSession(second.url, id)).status).toBe(200); // it is in both caches
    const [here, there] = where === 'the first' ? [gateway, second] : [second, gateway];

    expect(await inSession(here.url, id, { method: 'DELETE' })).toMatchObject({ status: 200, text: server.ids[0] });
    expect(await inSession(here.url, id)).toMatchObject(CLOSED);
    await waitFor('the other to receive the end', async () => (await inSession(there.url, id)).status === 404);
    expect(await inSession(there.url, id, { method: 'DELETE' })).toMatchObject(CLOSED);
    const third = await gateway.join();
    expect(await inSession(third.url, id)).toMatchObject(CLOSED);
  });

  it('affects no other session when it ends', async () => {
    const [id, other] = [await openSession(gateway.url), await openSession(gateway.url)];
    await inSession(gateway.url, id, { method: 'DELETE' });
    expect((await inSession(gateway.url, other)).text).toBe(server.ids[1]);
    expect((await inSession(second.url, other)).text).toBe(server.ids[1]);
  });

  it.each([
    ['ends', 204, 404],
    ['ends', 404, 404],
    ['continues', 405, 200],
    ['continues', 500, 200],
  ])('%s when the server answers a DELETE with %d', async (_what, status, after) => {
    const other = await startSessionServer({ deleteStatus: status });
    await gateway.publish(routeTo(other.endpoint));
    const id = await openSession(gateway.url);
    expect((await inSession(gateway.url, id, { method: 'DELETE' })).status).toBe(status);
    expect((await inSession(gateway.url, id)).status).toBe(after);
    const third = await gateway.join();
    expect((await inSession(third.url, id)).status).toBe(after);
  });

  it('does not survive where its record was being read while it ended', async () => {
    const line = await redisLine();
    const slow = await gateway.join({ redisUrl: line.url });
    const id = await openSession(gateway.url);
    const reading = line.hold(':session:');
    const request = inSession(slow.url, id);
    await reading;
    await inSession(gateway.url, id, { method: 'DELETE' });
    line.release();
    await request;
    await waitFor('the end to be known', async () => (await inSession(slow.url, id)).status === 404);
  });

  it('is not used by a request whose client has left while its record was being read', async () => {
    const line = await redisLine();
    const slow = await gateway.join({ redisUrl: line.url });
    const id = await openSession(gateway.url);
    const reading = line.hold(':session:');
    const headers = { 'Mcp-Session-Id': id, 'X-Left': 'yes' };
    const req = start(`${slow.url}/adapters/echo/mcp`, { method: 'GET', headers });
    req.end();
    await reading;
    req.destroy();
    for (let round = 0; round < 5; round++) await send(`${slow.url}/livez`, { method: 'GET' });
    line.release();
    expect((await inSession(slow.url, id)).text).toBe(server.ids[0]);
    expect(server.seen.filter(({ header }) => header('x-left').length > 0)).toEqual([]);
  });

  it('follows the location in its record', async () => {
    const id = await openSession(gateway.url);
    const [key = ''] = await gateway.redis.keys(gateway.keyOf('*'));
    await gateway.redis.hSet(key, { endpointId: idle.endpoint.id, upstreamId: 'there' });
    expect((await inSession(second.url, id)).text).toBe('there');
    expect(idle.seen).toHaveLength(1);

    await gateway.redis.publish(`${gateway.prefix}:sessions:changed`, `${key.split(':').at(-1)} adapter/echo`);
    await waitFor('the first to receive the end', async () => {
      await inSession(gateway.url, id);
      return idle.seen.length > 1;
    });
  });

  it('continues without a record', async () => {
    const id = await openSession(gateway.url);
    await gateway.redis.del(await gateway.redis.keys(gateway.keyOf('*')));
    expect((await inSession(second.url, id)).text).toBe(server.ids[0]);
  });

  it('continues with a record that cannot be read', async () => {
    const id = await openSession(gateway.url);
    for (const key of await gateway.redis.keys(gateway.keyOf('*'))) await gateway.redis.hSet(key, { format: 'later' });
    expect((await inSession(second.url, id)).text).toBe(server.ids[0]);
  });

  it('is looked up again soon when its record could not be read', async () => {
    const id = await openSession(gateway.url);
    const [key = ''] = await gateway.redis.keys(gateway.keyOf('*'));
    await gateway.redis.hSet(key, { format: 'later' });
    expect((await inSession(second.url, id)).text).toBe(server.ids[0]);
    await gateway.redis.hSet(key, { format: '1', endpointId: idle.endpoint.id, upstreamId: 'there' }); // without a notification
    await waitFor('the record to be read', async () => (await inSession(second.url, id)).text === 'there');
  });
});

describe('a replica that this data plane does not know yet', () => {
  const hashReads = async ({ redis }: Gateway): Promise<number> =>
    Number(/cmdstat_hget:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);

  it('is looked up in Redis before a session is ended', async () => {
    const [first, fresh] = [await startSessionServer(), await startSessionServer()];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const behind = await gateway.join();
    const now = routeTo([{ ...first.endpoint, ready: false }, fresh.endpoint], { generation: 2 });
    await gateway.redis.hSet(routeKeys(gateway.prefix).routes, 'adapter/echo', JSON.stringify(now)); // without a notification
    await gateway.routes.refresh(adapterRef('echo'));
    const id = await openSession(gateway.url);
    expect(fresh.ids).toHaveLength(1);

    const before = await hashReads(gateway);
    for (let round = 0; round < 3; round++) expect((await inSession(behind.url, id)).text).toBe(fresh.ids[0]);
    expect((await hashReads(gateway)) - before).toBe(1);
  });

  it('is looked up once for each request when there is none', async () => {
    const server = await startSessionServer();
    const terminating = { sessionRecovery: 'terminate' } as const;
    const gateway = await startGateway({ routes: [routeTo(server.endpoint, terminating)] });
    const id = await openSession(gateway.url);
    await gateway.publish(routeTo([], terminating));
    const before = await hashReads(gateway);
    expect((await inSession(gateway.url, id)).status).toBe(404);
    expect((await hashReads(gateway)) - before).toBe(1);
  });
});

it('a session id is revealed only after its record is written', async () => {
  const line = await redisLine();
  const server = await startSessionServer();
  const gateway = await startGateway({ routes: [routeTo(server.endpoint)], redisUrl: line.url });
  let answered = false;
  const written = line.hold(':session:');
  const answer = initialize(gateway.url).finally(() => (answered = true));
  await written;
  await waitFor('the record', async () => (await gateway.redis.keys(gateway.keyOf('*'))).length === 1);
  for (let round = 0; round < 5; round++) await send(`${gateway.url}/livez`, { method: 'GET' });
  expect(answered).toBe(false);
  line.release();
  expect((await answer).header('mcp-session-id')).toBeDefined();
});
