import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { startBridge, startHostile, until } from '../test/bridge.js';
import { end, initialize, openSession, openStream, post, request } from '../test/wire.js';

const SHARED = { MCP_BRIDGE_MODE: 'shared' };
const MODERN = fileURLToPath(new URL('../test/modern-server.mjs', import.meta.url));
const startModern = (args: string, env: Record<string, string> = {}) =>
  startBridge({ MCP_COMMAND: process.execPath, MCP_ARGS: `"${MODERN}" ${args}`, ...env });

describe('a shared server', () => {
  it('is one child, and equal ids of two clients never cross', async () => {
    const { url } = await startHostile('', SHARED);
    const sessions = await Promise.all(Array.from({ length: 10 }, () => openSession(url)));
    const answers = await Promise.all(
      sessions.map((session, which) => post(url, request('1', 'late', { which, ms: 100 - which * 10 }), session)),
    );
    expect(answers.map(({ messages }) => messages[0])).toMatchObject(
      sessions.map((_, which) => ({ id: '1', result: { which } })),
    );
    const pids = await Promise.all(sessions.map((session) => post(url, request(2, 'pid'), session)));
    expect(new Set(pids.map(({ messages }) => messages[0]?.result?.['pid'])).size).toBe(1);
    expect((await end(url, sessions[0] ?? {})).status).toBe(200);
  });

  it('answers initialize in the version that the client asks for', async () => {
    const { url } = await startHostile('', SHARED);
    const { messages } = await post(url, initialize(9, '2025-03-26'));
    expect(messages[0]).toMatchObject({
      id: 9,
      result: { protocolVersion: '2025-03-26', serverInfo: { name: 'hostile' } },
    });
  });

  it('sends progress to its request under the token of the client, and keeps the bytes', async () => {
    const { url } = await startHostile('', SHARED);
    const sessions = await Promise.all([openSession(url), openSession(url)]);
    const answers = await Promise.all(
      sessions.map((session, at) =>
        post(url, request(1, 'progress', { at, _meta: { progressToken: 'token' } }), session),
      ),
    );
    expect(answers.map(({ messages }) => messages[0]?.params?.['progressToken'])).toEqual(['token', 'token']);
    expect(answers.map(({ messages }) => messages[1]?.result?.['at'])).toEqual([0, 1]);
    const text = '{"id": 7, "n":12345678901234567890,"t":"\\u00e9"}';
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...sessions[0] },
      body: JSON.stringify(request('a', 'raw', { text })),
    });
    expect(await response.text()).toBe(`{"jsonrpc":"2.0","id":"a","result":${text}}`);
  });

  it('cancels the request of the client that cancels, and no other', async () => {
    const { url } = await startHostile('', SHARED);
    const [mine, other] = [await openSession(url), await openSession(url)];
    const answers = [mine, other].map((session) => post(url, request(1, 'late', { ms: 500 }), session));
    await until(async () => (await post(url, request(1, 'echo'), mine)).status === 400);
    await post(url, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, mine);
    expect((await answers[0])?.messages).toEqual([]);
    expect((await answers[1])?.messages[0]?.result).toEqual({ ms: 500 });
  });

  it.each([
    ['an id', '{"jsonrpc":"2.0","id":1,"ID":7,"method":"echo"}'],
    ['a method', '{"jsonrpc":"2.0","method":"notifications/x","Method":"echo","iD":7}'],
    ['a token', '{"jsonrpc":"2.0","id":1,"method":"echo","params":{"_meta":{"ProgressToken":7}}}'],
    ['a request', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requeſtId":7}}'],
  ])('is told %s by its name only, as some servers ignore case', async (_what, message) => {
    const { url } = await startHostile('', SHARED);
    const session = await openSession(url);
    const { status, messages } = await post(url, message, session);
    expect([status, messages[0]?.error?.message]).toEqual([400, expect.stringContaining('The message has the member')]);
  });

  it('tells all clients of changes, and asks none of them', async () => {
    const { url } = await startHostile('', SHARED);
    const [mine, other] = [await openSession(url), await openSession(url)];
    const readers = [mine, other].map(async (session) => (await openStream(url, session)).body?.getReader());
    const [a, b] = await Promise.all(readers);
    expect((await openStream(url, mine)).status).toBe(409);
    expect((await post(url, request(1, 'ask'), mine)).messages).toHaveLength(1);
    expect((await post(url, request(2, 'log', { texts: ['secret'] }), mine)).messages).toHaveLength(1);
    await post(url, request(3, 'change'), mine);
    for (const reader of [a, b]) {
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toMatch(
        /^event: message\ndata: .*list_changed/,
      );
      await reader?.cancel();
    }
  });

  it('starts again after it has died, and sessions go on', async () => {
    const { url } = await startHostile('', SHARED);
    const session = await openSession(url);
    const { messages } = await post(url, request(1, 'die'), session);
    expect(messages[0]?.error?.message).toContain(
      'ended with exit code 7. The request may have run. The next request starts',
    );
    expect((await post(url, request(1, 'echo', { a: 1 }), session)).messages[0]?.result).toEqual({ a: 1 });
  });

  it('says why it cannot start', async () => {
    const { url } = await startHostile('dies-at-start', SHARED);
    const { messages } = await post(url, initialize());
    expect(messages[0]?.error?.message).toContain('ended with exit code 3');
  });
});

describe('a modern client', () => {
  const open: Client[] = [];
  afterEach(() => Promise.all(open.splice(0).map((client) => client.close())));

  async function connect(url: string, mode: 'auto' | { pin: string }) {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    open.push(client);
    return client;
  }
  const textOf = (result: unknown) => (result as { content: { text: string }[] }).content[0]?.text;

  it.each(['auto', { pin: '2026-07-28' }] as const)('uses a server of both eras, mode %j', async (mode) => {
    const { url } = await startModern('');
    const [one, two] = [await connect(url, mode), await connect(url, mode)];
    expect((await one.listTools()).tools.map(({ name }) => name)).toEqual(['add', 'grow', 'slow']);
    const calls = [one, two].map((client, a) => client.callTool({ name: 'add', arguments: { a, b: 1 } }));
    expect((await Promise.all(calls)).map(textOf)).toEqual(['1', '2']);
    const progress: unknown[] = [];
    const slow = { name: 'slow', arguments: { ms: 50 } };
    expect(textOf(await one.callTool(slow, { onprogress: (each) => progress.push(each) }))).toBe('after 50');
    expect(progress).toHaveLength(1);
  });

  it('uses a server of the modern era only, which a legacy client is told', async () => {
    const { url } = await startModern('modern');
    const client = await connect(url, 'auto');
    expect(textOf(await client.callTool({ name: 'add', arguments: { a: 2, b: 2 } }))).toBe('4');
    expect((await post(url, initialize())).messages[0]?.error?.code).toBe(-32022);
    await until(async () => (await fetch(new URL('/healthz', url))).ok);
  });

  it('falls back to the legacy era when the server speaks no other', async () => {
    const { url } = await startHostile('');
    const client = await connect(url, 'auto');
    expect(client.getServerVersion()?.name).toBe('hostile');
    const refused = await post(
      url,
      request(1, 'tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }),
      {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/list',
      },
    );
    expect(refused.status).toBe(400);
    expect(refused.messages[0]?.error?.message).toContain(
      'speaks 2025-11-25 and older revisions of MCP only. Begin with initialize.',
    );
  });

  it.each([
    ['mcp-method', 'tools/call', 'Mcp-Method'],
    ['mcp-protocol-version', '2026-07-29', 'MCP-Protocol-Version'],
    ['mcp-name', 'other', 'Mcp-Name'],
  ])('is told that the header %s says %s', async (name, value, what) => {
    const { url } = await startModern('');
    const call = request(1, name === 'mcp-name' ? 'tools/call' : 'tools/list', {
      name: 'add',
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
    });
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': call.method, [name]: value };
    const { status, messages } = await post(url, call, headers);
    expect(status).toBe(400);
    expect(messages[0]).toMatchObject({ id: 1, error: { code: -32020, message: expect.stringContaining(what) } });
  });

  it('learns of an unknown method by the status of MCP', async () => {
    const { url } = await startModern('');
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'no/such' };
    const { status, messages } = await post(url, request('x', 'no/such', { _meta: meta }), headers);
    expect(status).toBe(404);
    expect(messages[0]).toMatchObject({ id: 'x', error: { code: -32601 } });
  });

  it('cannot cancel the request of another client by the id that the server knows it by', async () => {
    const { url } = await startModern('');
    const client = await connect(url, 'auto');
    const progress: unknown[] = [];
    const slow = client.callTool(
      { name: 'slow', arguments: { ms: 300 } },
      { timeout: 5_000, onprogress: (each) => progress.push(each) },
    );
    await until(() => progress.length > 0); // it is under way
    const method = 'notifications/cancelled';
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method };
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        const params = { requestId: at + 1, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } };
        return (await post(url, { jsonrpc: '2.0', method, params }, headers)).status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(textOf(await slow)).toBe('after 300');
  });

  it('hears of changes while it subscribes, under its own id', async () => {
    const { url } = await startModern('');
    const client = await connect(url, 'auto');
    const heard: string[] = [];
    client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('changed'));
    const subscription = await client.listen({ toolsListChanged: true });
    await client.callTool({ name: 'grow', arguments: {} });
    await until(() => heard.length > 0);
    await subscription.close();
  });
});
