import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { send, type Answer } from '../support/http.js';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { freezeRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { startReplica } from './support/replica.js';
import { begin, openStream, whereIs } from './support/rpc.js';
import { rpcError } from './support/rpc-error.js';
import { startDataPlane, startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import {
  initialize,
  inSession,
  openSession,
  startSessionServer,
  type SessionServer,
} from './support/session-server.js';
import { routeTo } from './support/upstream.js';

/** Longer than one request waits for Redis, on a busy machine. */
const BOUND_MS = 5_000;
/** Shorter than one such wait. */
const PROMPT_MS = 900;

const unavailableError = (detail: string, id: number | null = null) =>
  rpcError(-32008, `A part that this request needs is not available: ${detail}`, 'UNAVAILABLE', id);

async function timed<T>(work: Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await work;
  expect(performance.now() - started).toBeLessThan(BOUND_MS);
  return result;
}

describe.each(['unavailable', 'frozen'])('while Redis is %s', (kind) => {
  let line: RedisLine;
  let server: SessionServer;
  let gateway: Gateway;
  let second: DataPlane;

  beforeEach(async () => {
    line = await redisLine();
    server = await startSessionServer();
    gateway = await startGateway({ routes: [routeTo(server.endpoint)], redisUrl: line.url });
    second = await gateway.join();
  });

  const stopRedis = async () => (kind === 'unavailable' ? line.cut() : freezeRedis());

  /** The body of an answer that says when to try again, and names no session. */
  function unavailable({ status, text, headers, header }: Answer): string {
    expect(status).toBe(503);
    expect(header('retry-after')).toBe('1');
    expect(header('mcp-session-id')).toBeUndefined();
    expect(JSON.stringify(headers)).not.toContain('raw-session');
    return text;
  }

  it('opens no session, and reveals none', async () => {
    await stopRedis();
    expect(unavailable(await timed(initialize(gateway.url)))).toEqual(
      unavailableError('the session cannot be recorded while Redis is unavailable', 1), // the id of initialize
    );
    expect(server.ids).toHaveLength(1);
  });

  it('continues with the sessions that it knows, without a delay', async () => {
    const id = await openSession(gateway.url);
    await stopRedis();
    const started = performance.now();
    for (let round = 0; round < 5; round++) expect((await inSession(gateway.url, id)).text).toBe(server.ids[0]);
    expect(performance.now() - started).toBeLessThan(PROMPT_MS);
  });

  it('continues with sessions that another data plane has opened', async () => {
    const id = await openSession(gateway.url);
    await stopRedis();
    expect((await timed(inSession(second.url, id))).text).toBe(server.ids[0]);
    const started = performance.now();
    expect((await inSession(second.url, id)).text).toBe(server.ids[0]);
    expect(performance.now() - started).toBeLessThan(PROMPT_MS);
  });

  it('continues with requests that have no session', async () => {
    await stopRedis();
    expect((await timed(send(`${gateway.url}/adapters/echo/mcp`, { body: '{}' }))).text).toBe('no session');
  });

  it('ends a session that the client ends, at least in this data plane', async () => {
    const id = await openSession(gateway.url);
    await stopRedis();
    expect((await timed(inSession(gateway.url, id, { method: 'DELETE' }))).status).toBe(200);
    expect((await inSession(gateway.url, id)).status).toBe(404);
  });

  it('does not end a session on an unknown replica, because its location cannot be looked up', async () => {
    const id = await openSession(gateway.url);
    await gateway.publish(routeTo({ ...server.endpoint, id: 'another' }));
    await stopRedis();
    expect(unavailable(await timed(inSession(gateway.url, id)))).toEqual(
      unavailableError("the session's location cannot be looked up while Redis is unavailable"),
    );
  });

  it('stays ready and keeps its routes', async () => {
    await stopRedis();
    expect((await send(`${gateway.url}/readyz`, { method: 'GET' })).status).toBe(200);
    expect(gateway.routes.get(adapterRef('echo'))?.endpoints).toEqual([server.endpoint]);
  });
});

describe('when Redis is back', () => {
  it('opens sessions again, and receives routes and ends of sessions as before', async () => {
    const line = await redisLine();
    const server = await startSessionServer();
    const gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    const second = await gateway.join({ redisUrl: line.url });
    const [id, other] = [await openSession(gateway.url), await openSession(gateway.url)];
    expect((await inSession(second.url, id)).status).toBe(200);
    expect((await inSession(second.url, other)).status).toBe(200);

    line.cut();
    await waitFor('Redis to be missed', async () => (await initialize(second.url)).status === 503);
    await inSession(gateway.url, id, { method: 'DELETE' }); // the second receives no message
    line.restore();
    await waitFor('sessions to be opened', async () => (await initialize(second.url)).status === 200);
    await waitFor('what was missed to be known', async () => (await inSession(second.url, id)).status === 404);

    await inSession(gateway.url, other, { method: 'DELETE' });
    await waitFor('the end of the other', async () => (await inSession(second.url, other)).status === 404);
    await gateway.publish(routeTo(server.endpoint, { generation: 2 }));
    expect(second.routes.get(adapterRef('echo'))?.generation).toBe(2);
  });

  it('ends sessions that clients have ended meanwhile on every data plane, and they stop counting', async () => {
    const line = await redisLine();
    const server = await startSessionServer();
    const route = routeTo(server.endpoint, { sessions: { maxOpen: 1 } });
    const gateway = await startGateway({ routes: [route] });
    const second = await gateway.join({ redisUrl: line.url });
    const id = await openSession(gateway.url);
    expect((await inSession(second.url, id)).status).toBe(200);
    line.cut();
    await waitFor('Redis to be missed', async () => (await initialize(second.url)).status === 503);
    expect((await inSession(second.url, id, { method: 'DELETE' })).status).toBe(200);
    expect((await inSession(gateway.url, id)).status).toBe(200); // it cannot know
    expect((await initialize(gateway.url)).status).toBe(429);
    line.restore();
    await waitFor('the end to be known', async () => (await inSession(gateway.url, id)).status === 404);
    expect((await initialize(gateway.url)).status).toBe(200);
  });

  it('makes streams follow the sessions that were relocated meanwhile', async () => {
    const line = await redisLine();
    const [first, next] = [await startReplica(), await startReplica()];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const second = await gateway.join({ redisUrl: line.url });
    const id = await begin(gateway.url);
    const stream = await openStream(second.url, id);
    await waitFor('the stream', () => [...first.sessions.values()].some(Boolean));
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false }, next.endpoint]));
    line.cut();
    await waitFor('Redis to be missed', async () => (await initialize(second.url)).status === 503);
    first.sessions.clear(); // its stream stays open
    expect(await whereIs(gateway.url, id)).toBe(next.endpoint.id); // the second receives no message
    line.restore();
    await waitFor('the stream to be opened again', () => [...next.sessions.values()].some(Boolean));
    stream.destroy();
  });

  it('works with a data plane that was started without it', async () => {
    const line = await redisLine();
    line.cut();
    const prefix = freshPrefix();
    const late = await startDataPlane(prefix, { redisUrl: line.url });
    const server = await startSessionServer();
    const gateway = await startGateway({ routes: [routeTo(server.endpoint)] }, prefix);
    const ready = async () => (await send(`${late.url}/readyz`, { method: 'GET' })).status;
    expect(await ready()).toBe(503);
    line.restore();
    await waitFor('it to be ready', async () => (await ready()) === 200);

    const id = await openSession(late.url);
    expect((await inSession(late.url, id)).text).toBe(server.ids[0]);
    await gateway.publish(routeTo(server.endpoint, { generation: 2 }));
    await waitFor('the route', () => late.routes.get(adapterRef('echo'))?.generation === 2);
  });
});
