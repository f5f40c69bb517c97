import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectV1, connectV2, legacyClients } from '../test/clients.js';
import { startExample, type Example } from '../test/start-example.js';
import { callTool, initialize, INITIALIZE, openStream, post } from '../test/wire.js';

const MINUTE = 60_000;
const NOT_FOUND = { jsonrpc: '2.0', error: { code: -32001, message: 'Session not found' }, id: null };

let example: Example;
let url: string;
let time = 0;
beforeEach(async () => {
  time = 0;
  example = await startExample({ maxSessions: 100, now: () => time });
  url = example.url;
});
afterEach(() => example.stop());

const deleteSession = (id: string) => fetch(url, { method: 'DELETE', headers: { 'mcp-session-id': id } });
const count = (id: string) => post(url, callTool(2, 'counter'), { 'mcp-session-id': id });

describe('a session', () => {
  it('that is unknown is answered 404 on every method', async () => {
    for (const response of [await count('made-up'), await openStream(url, 'made-up'), await deleteSession('made-up')]) {
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual(NOT_FOUND);
    }
  });

  it('is required by every method but initialize, which answers 400 otherwise', async () => {
    const headers = { accept: 'text/event-stream' };
    for (const response of [
      await post(url, callTool(1, 'counter')),
      await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }),
      await fetch(url, { headers }),
      await fetch(url, { method: 'DELETE' }),
    ]) {
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: -32000 } });
    }
    expect(example.sessions.size).toBe(0);
  });

  it('ends with DELETE, and is unknown afterwards', async () => {
    const id = await initialize(url);
    const stream = await openStream(url, id);
    expect((await deleteSession(id)).status).toBe(200);
    expect(await stream.text()).toBe(''); // the stream has ended
    expect((await count(id)).status).toBe(404);
    expect((await deleteSession(id)).status).toBe(404);
    expect(example.sessions.size).toBe(0);
  });

  it.each(legacyClients)('ends when $client ends it', async ({ connect }) => {
    const client = await connect(url);
    const id = client.sessionId as string;
    await client.endSession();
    expect((await count(id)).status).toBe(404);
    await client.close();
  });

  it('refuses a second initialize', async () => {
    const id = await initialize(url);
    expect((await post(url, INITIALIZE, { 'mcp-session-id': id })).status).toBe(400);
  });

  it('counts for each of fifty concurrent clients separately', async () => {
    const clients = await Promise.all(
      Array.from({ length: 50 }, (_, index) => (index % 2 ? connectV1 : connectV2())(url)),
    );
    const counts = await Promise.all(
      clients.map(async (client, index) => {
        const calls = Array.from({ length: (index % 5) + 1 }, () => client.call('counter'));
        const numbers = (await Promise.all(calls)).map((result) => Number(result.content[0]?.text));
        return Math.max(...numbers);
      }),
    );
    expect(counts).toEqual(clients.map((_, index) => (index % 5) + 1));
    expect(example.sessions.size).toBe(50);
    await Promise.all(clients.map((client) => client.close()));
  });
});

describe('the stream of a session', () => {
  it('sends its head at once, before the first event', async () => {
    const response = await openStream(url, await initialize(url), AbortSignal.timeout(5_000));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    await response.body?.cancel();
  });

  it('can be opened again after its client has disconnected', async () => {
    const id = await initialize(url);
    const leave = new AbortController();
    await openStream(url, id, leave.signal);
    expect((await openStream(url, id)).status).toBe(409);
    leave.abort();
    const deadline = performance.now() + 10_000;
    let again = await openStream(url, id);
    // The server notices a little later that the connection is closed.
    while (again.status === 409 && performance.now() < deadline) again = await openStream(url, id);
    expect(again.status).toBe(200);
    await again.body?.cancel();
  });

  it('ends when its request is cancelled', async () => {
    const id = await initialize(url);
    const headers = { 'mcp-session-id': id };
    const call = await post(url, callTool(7, 'slow', { seconds: 60 }), headers);
    await post(url, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }, headers);
    expect(await call.text()).toBe('');
  });
});

describe('too many sessions', () => {
  it('are refused with 503 until one has ended', async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => initialize(url)));
    const refused = await post(url, INITIALIZE);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('60');
    await deleteSession(ids[0] as string);
    expect((await post(url, INITIALIZE)).status).toBe(200);
  });

  it('are refused when they all arrive at once', async () => {
    const responses = await Promise.all(Array.from({ length: 120 }, () => post(url, INITIALIZE)));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(responses.filter(({ status }) => status === 503)).toHaveLength(20);
    expect(example.sessions.size).toBe(100);
  });
});

describe('an idle session', () => {
  it('is closed after thirty minutes without a request', async () => {
    const [idle, used] = [await initialize(url), await initialize(url)];
    time = 29 * MINUTE;
    await (await count(used)).text();
    await example.sessions.closeIdle();
    expect(example.sessions.size).toBe(2);
    time = 30 * MINUTE;
    await example.sessions.closeIdle();
    expect((await count(idle)).status).toBe(404);
    expect((await count(used)).status).toBe(200);
  });

  it('excludes a session whose client listens', async () => {
    const id = await initialize(url);
    const stream = await openStream(url, id);
    time = 24 * 60 * MINUTE;
    await example.sessions.closeIdle();
    expect((await count(id)).status).toBe(200);
    await stream.body?.cancel();
  });
});
