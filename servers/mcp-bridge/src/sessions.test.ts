import { describe, expect, it } from '@jest/globals';
import { readEvents } from '@mcp-gateway/protocol';
import { startHostile, until } from '../test/bridge.js';
import { end, initialize, openSession, openStream, post, request, send } from '../test/wire.js';

const pidOf = async (url: string, session: Record<string, string>) =>
  Number((await post(url, request('pid', 'pid'), session)).messages[0]?.result?.['pid']);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('sessions', () => {
  it('have a child each, so equal ids never cross', async () => {
    const { url } = await startHostile('');
    const sessions = await Promise.all(Array.from({ length: 10 }, () => openSession(url)));
    const answers = await Promise.all(
      sessions.map((session, which) => post(url, request(1, 'late', { which, ms: 100 - which * 10 }), session)),
    );
    expect(answers.map(({ messages }) => messages[0]?.result?.['which'])).toEqual(sessions.map((_, which) => which));
    expect(new Set(await Promise.all(sessions.map((session) => pidOf(url, session)))).size).toBe(10);
  });

  it('give a child the environment without the variables of the bridge', async () => {
    const { url } = await startHostile('', { API_KEY: 'k', PORT: '1', MCP_BRIDGE_IDLE_SECONDS: '9' });
    const { messages } = await post(url, request(2, 'pid'), await openSession(url));
    const env = messages[0]?.result?.['env'] as Record<string, string>;
    expect(Object.keys(env).toSorted()).toEqual(['API_KEY', 'MCP_BRIDGE_CHILD', 'PATH']);
  });

  it('end with DELETE, and their child with them', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const pid = await pidOf(url, session);
    expect((await end(url, session)).status).toBe(200);
    expect((await end(url, session)).status).toBe(404);
    expect((await post(url, request(2, 'echo'), session)).status).toBe(404);
    await until(() => !isAlive(pid));
  });

  it('end when they are idle, unless a stream is open', async () => {
    const { url } = await startHostile('', { MCP_BRIDGE_IDLE_SECONDS: '1' });
    const [idle, listening] = await Promise.all([openSession(url), openSession(url)]);
    const [gone, stays] = await Promise.all([pidOf(url, idle), pidOf(url, listening)]);
    const leaves = new AbortController();
    await openStream(url, listening, leaves.signal);
    await until(() => !isAlive(gone));
    expect(isAlive(stays)).toBe(true);
    leaves.abort();
    await until(() => !isAlive(stays));
  });

  it('end when the client leaves before it knows them', async () => {
    const { url } = await startHostile('mute', { MCP_BRIDGE_MAX_SESSIONS: '1', MCP_BRIDGE_START_SECONDS: '600' });
    const leaves = new AbortController();
    const body = JSON.stringify(initialize());
    const headers = { 'content-type': 'application/json' };
    const first = fetch(url, { method: 'POST', headers, body, signal: leaves.signal });
    await until(async () => (await send(url, initialize())).status === 503);
    leaves.abort();
    await first.catch(() => {});
    const last = new AbortController();
    const second = fetch(url, { method: 'POST', headers, body, signal: last.signal }).catch(() => 'taken');
    expect(await Promise.race([second, new Promise((resolve) => void setTimeout(resolve, 500, 'taken'))])).toBe(
      'taken',
    );
    last.abort();
  });

  it('are bounded', async () => {
    const { url } = await startHostile('', { MCP_BRIDGE_MAX_SESSIONS: '2' });
    const [first] = [await openSession(url), await openSession(url)];
    const { status, headers, messages } = await post(url, initialize());
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('30');
    expect(messages[0]?.error?.message).toContain('All 2 sessions are in use (MCP_BRIDGE_MAX_SESSIONS)');
    await end(url, first);
    await openSession(url);
  });

  it('make room by killing servers that are slow to end', async () => {
    const { url } = await startHostile('stubborn', { MCP_BRIDGE_MAX_SESSIONS: '1' });
    for (let count = 0; count < 5; count += 1) await end(url, await openSession(url));
  });
});

describe('a request', () => {
  it('without a session is refused in the words of MCP', async () => {
    const { url } = await startHostile('');
    expect((await post(url, request(1, 'echo'))).status).toBe(400);
    expect((await post(url, request(1, 'echo'), { 'mcp-session-id': 'unknown' })).status).toBe(404);
    expect((await fetch(url)).status).toBe(400);
  });

  it.each([
    ['{', -32700],
    ['{"jsonrpc":"1.0","id":1,"method":"a"}', -32600],
    ['[]', -32600],
    ['{"jsonrpc":"2.0","id":{},"method":"a"}', -32600],
  ])('that is no message is refused: %s', async (body, code) => {
    const { url } = await startHostile('');
    const { status, messages } = await post(url, body);
    expect(status).toBe(400);
    expect(messages[0]?.error?.code).toBe(code);
  });

  it('must be JSON by its media type, and come under a name of this machine', async () => {
    const { url } = await startHostile('');
    expect((await post(url, initialize(), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await fetch(url, { method: 'PATCH' })).status).toBe(405);
    const { request: begin } = await import('node:http');
    const status = await new Promise((resolve) => {
      begin(url, { headers: { host: 'evil.example' } }, (res) => resolve(res.resume().statusCode)).end();
    });
    expect(status).toBe(403);
  });

  it('with an id that is under way is refused', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const slow = post(url, request(7, 'late', { ms: 300 }), session);
    await until(async () => (await post(url, request(7, 'echo'), session)).status === 400);
    expect((await slow).messages[0]?.result).toEqual({ ms: 300 });
  });

  it('that the client cancels gets no answer, and its stream ends', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const stream = await openStream(url, session);
    const answer = post(url, request(7, 'never'), session);
    await until(async () => (await post(url, request(7, 'echo'), session)).status === 400);
    await post(url, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }, session);
    expect((await answer).messages).toEqual([]);
    const reader = stream.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toContain('"method":"test/cancelled"');
    await reader?.cancel();
  });

  it('may come in a batch', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const { messages } = await post(url, [request(1, 'late', { ms: 50 }), request(2, 'echo', { a: 1 })], session);
    expect(messages.map(({ id }) => id)).toEqual([2, 1]);
    expect((await post(url, [initialize(1), initialize(2)])).status).toBe(400);
  });
});

describe('messages of the server', () => {
  it('come before the answer, in their order', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const { messages, headers } = await post(url, request(2, 'log', { texts: ['a', 'b'] }), session);
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(messages.map(({ params, id }) => params?.['data'] ?? id)).toEqual(['a', 'b', 2]);
  });

  it('go to the stream of the client when a request takes JSON only, and wait until it is open', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const json = { ...session, accept: 'application/json' };
    const { messages } = await post(url, request(2, 'log', { texts: ['a', 'b'] }), json);
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 2, result: {} }]);
    const stream = await openStream(url, session);
    let text = '';
    const reader = stream.body?.getReader();
    while (readEvents(text).events.length < 2) text += Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(readEvents(text).events.map(({ data }) => (JSON.parse(data) as { params: object }).params)).toMatchObject([
      { data: 'a' },
      { data: 'b' },
    ]);
    await reader?.cancel();
  });

  it('about progress go to the request that has asked for it', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const [one, two] = await Promise.all(
      [1, 2].map((id) => post(url, request(id, 'progress', { _meta: { progressToken: `token ${id}` } }), session)),
    );
    expect(one?.messages[0]?.params).toMatchObject({ progressToken: 'token 1' });
    expect(two?.messages[0]?.params).toMatchObject({ progressToken: 'token 2' });
  });

  it('may be requests to the client', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const { messages } = await post(url, request(2, 'ask'), session);
    expect(messages.map(({ method, id }) => method ?? id)).toEqual(['sampling/createMessage', 2]);
    const answer = await post(url, { jsonrpc: '2.0', id: 'question', result: {} }, session);
    expect(answer.status).toBe(202);
  });
});

it('answers a second stream of a session with 409, and opens another when the first is closed', async () => {
  const { url } = await startHostile('');
  const session = await openSession(url);
  const leaves = new AbortController();
  expect((await openStream(url, session, leaves.signal)).status).toBe(200);
  const second = await openStream(url, session);
  expect(second.status).toBe(409);
  expect(await second.json()).toMatchObject({ error: { message: expect.stringContaining('an open stream') } });
  leaves.abort();
  await until(async () => {
    const third = await openStream(url, session);
    await third.body?.cancel();
    return third.status === 200;
  });
});
