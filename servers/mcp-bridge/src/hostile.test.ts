import { describe, expect, it } from '@jest/globals';
import { startBridge, startHostile, until } from '../test/bridge.js';
import { initialize, openSession, openStream, post, request } from '../test/wire.js';

const healthOf = async (url: string) => {
  const response = await fetch(new URL('/healthz', url));
  return { status: response.status, text: await response.text() };
};

describe('a server that cannot start', () => {
  it('is reported by the health check and to a client that begins', async () => {
    const { url, log } = await startHostile('dies-at-start');
    const { messages, headers } = await post(url, initialize(4));
    expect(messages).toEqual([
      { jsonrpc: '2.0', id: 4, error: { code: -32000, message: expect.stringContaining('ended with exit code 3') } },
    ]);
    expect(headers.has('mcp-session-id')).toBe(false);
    await until(async () => /ended with exit code 3: .*API_KEY is missing/.test((await healthOf(url)).text));
    expect((await healthOf(url)).status).toBe(503);
    expect(log.join('\n')).toContain('API_KEY is missing');
  });

  it('is named when its command is missing', async () => {
    const { url } = await startBridge({ MCP_COMMAND: 'no-such-command -y x' });
    const { messages } = await post(url, initialize());
    expect(messages[0]?.error?.message).toMatch(/"no-such-command -y x" .* is not installed here; .* MCP_ARGS/);
  });

  it('ends when it does not answer initialize in time', async () => {
    const { url } = await startHostile('mute', { MCP_BRIDGE_START_SECONDS: '1' });
    const { messages } = await post(url, initialize());
    expect(messages[0]?.error?.message).toContain('not answered initialize within 1 s (MCP_BRIDGE_START_SECONDS)');
    await until(async () => (await healthOf(url)).text.includes('not answered initialize for 1 s'));
  });

  it('passes its own refusal on, and opens no session', async () => {
    const { url } = await startHostile('refuses');
    const { messages, headers } = await post(url, initialize());
    expect(messages[0]?.error).toEqual({ code: -32000, message: 'not today' });
    expect(headers.has('mcp-session-id')).toBe(false);
  });
});

describe('what a server writes', () => {
  it('goes to the log unless it is a message', async () => {
    const { url, log } = await startHostile('garbage bad-utf8');
    const session = await openSession(url);
    expect((await post(url, request(2, 'echo', { a: 1 }), session)).messages[0]?.result).toEqual({ a: 1 });
    const lines = log.join('\n');
    for (const line of ['Starting up…', '{"not": "a message"}', '{ broken', 'not UTF-8']) expect(lines).toContain(line);
  });

  it('may end a chunk within a character', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    expect((await post(url, request(2, 'slow-bytes'), session)).messages[0]?.result).toEqual({ text: 'a€😀b' });
  });

  it('reaches the client byte for byte, numbers included', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const text = '{"n":12345678901234567890, "x" : 1.0, "t":"\\u00e9\\r\\n"}';
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...session },
      body: JSON.stringify(request('a', 'raw', { text }), null, 2).replaceAll('\n', '\r\n'),
    });
    expect(await response.text()).toBe(`{"jsonrpc":"2.0","id":"a","result":${text}}`);
  });

  it('may be a line of ten megabytes, and a request may be', async () => {
    const { url } = await startHostile('');
    const session = await openSession(url);
    const bytes = 10 * 1024 * 1024;
    expect((await post(url, request(2, 'big', { bytes }), session)).messages[0]?.result?.['text']).toHaveLength(
      bytes / 2,
    );
    const text = '€'.repeat(bytes / 3);
    expect((await post(url, request(3, 'echo', { text }), session)).messages[0]?.result?.['text']).toBe(text);
  });

  it('is lost when it is longer than it may be, which fails the request and not the session', async () => {
    const { url } = await startHostile('', { MCP_BRIDGE_MAX_MESSAGE_BYTES: '100000' });
    const session = await openSession(url);
    const { messages } = await post(url, request(2, 'big', { bytes: 200_000 }), session);
    expect(messages[0]?.error?.message).toMatch(/more than 100000 bytes .* may have run/);
    expect((await post(url, request(3, 'echo', { a: 1 }), session)).messages[0]?.result).toEqual({ a: 1 });
    const tooLarge = await post(url, request(4, 'echo', { text: 'x'.repeat(100_000) }), session);
    expect(tooLarge).toMatchObject({ status: 413 });
  });

  it('to its standard error does not hold it up', async () => {
    const { url, log } = await startHostile('floods-stderr');
    const session = await openSession(url);
    expect((await post(url, request(2, 'echo', { a: 1 }), session)).messages[0]?.result).toEqual({ a: 1 });
    expect(log.length).toBeGreaterThan(1_000);
  });
});

describe('a server that ends', () => {
  it('fails its requests with the reason, and its session is gone, but no other', async () => {
    const { url } = await startHostile('');
    const [mine, other] = await Promise.all([openSession(url), openSession(url)]);
    const stream = await openStream(url, mine);
    const waiting = post(url, request(5, 'never'), mine);
    await until(async () => (await post(url, request(5, 'echo'), mine)).status === 400); // it is under way
    const { messages } = await post(url, request('x', 'die'), mine);
    const message = expect.stringMatching(/ended with exit code 7\. The request may have run\. The session is over/);
    expect(messages).toEqual([{ jsonrpc: '2.0', id: 'x', error: { code: -32000, message } }]);
    expect((await waiting).messages).toEqual([{ jsonrpc: '2.0', id: 5, error: { code: -32000, message } }]);
    expect(await stream.text()).toBe('');
    expect((await post(url, request(6, 'echo'), mine)).status).toBe(404);
    expect((await post(url, request(6, 'echo', { a: 1 }), other)).messages[0]?.result).toEqual({ a: 1 });
  });

  it('has also ended when it only closes its output', async () => {
    const { url } = await startHostile('stubborn');
    const session = await openSession(url);
    const { messages } = await post(url, request(2, 'close-output'), session);
    expect(messages[0]?.error?.message).toContain('The MCP server closed its output');
    expect((await post(url, request(3, 'echo'), session)).status).toBe(404);
  });
});

it('answers a request that the server never answers', async () => {
  const { url } = await startHostile('', { MCP_BRIDGE_REQUEST_SECONDS: '1' });
  const session = await openSession(url);
  const { messages } = await post(url, request(2, 'never'), session);
  expect(messages[0]?.error).toMatchObject({
    code: -32001,
    message: expect.stringContaining('MCP_BRIDGE_REQUEST_SECONDS'),
  });
  expect((await post(url, request(2, 'echo'), session)).status).toBe(200);
});

it('fails requests while the server does not read', async () => {
  const { url } = await startHostile('', { MCP_BRIDGE_MAX_MESSAGE_BYTES: '200000' });
  const session = await openSession(url);
  await post(url, request(2, 'deafen'), session);
  const text = 'x'.repeat(150_000);
  for (let count = 0; count < 5; count += 1) {
    await post(url, { jsonrpc: '2.0', method: 'notifications/test', params: { text } }, session);
  }
  const { messages } = await post(url, request(3, 'echo', { text }), session);
  expect(messages[0]?.error?.message).toContain('does not read its input; the message was not sent to it');
});

it('survives a client that leaves in the middle of an answer, again and again', async () => {
  const { url } = await startHostile('');
  const session = await openSession(url);
  for (let count = 0; count < 10; count += 1) {
    const leaves = new AbortController();
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', ...session };
    const body = JSON.stringify(request(count, 'big', { bytes: 8_000_000 }));
    const response = await fetch(url, { method: 'POST', headers, body, signal: leaves.signal });
    await response.body?.getReader().read();
    leaves.abort();
  }
  expect((await post(url, request('x', 'echo', { a: 1 }), session)).messages[0]?.result).toEqual({ a: 1 });
});
