import { gzipSync } from 'node:zlib';
import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Policy } from '@mcp-gateway/common/contracts';
import { callText, connect } from '../support/clients.js';
import { bodyOf, open, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { begin, message, openStream, rpc } from './support/rpc.js';
import { startSdkServer } from './support/sdk-server.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const policy = (when: string, changes: Partial<Policy> = {}): Policy => ({
  name: 'rule',
  effect: 'deny',
  when,
  methods: ['tools/call'],
  reason: '',
  ...changes,
});
const NO_DELETES = policy('tool.startsWith("delete_")', { name: 'no-deletes', reason: 'Deleting is for operators.' });
const IN_DATA = policy('has(arguments.path) && !arguments.path.startsWith("/data/")', { name: 'in-data' });
const BOB = { 'x-dev-userid': 'bob', 'x-dev-roles': 'team' };
const EVERYONE = {
  'alice, the creator': {},
  'bob, by his role': BOB,
  'an admin': { 'x-dev-userid': 'root', 'x-dev-roles': 'mcp.admin' },
};

/** Answers initialize and notifications, and records all other messages; streams stay open. */
async function recordingServer() {
  const arrived: string[] = [];
  const upstream = await startUpstream(async (req, res) => {
    const body = (await bodyOf(req)).toString();
    if (body.includes('"initialize"')) return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{}');
    if (body.includes('initialized')) return res.writeHead(202).end();
    if (req.method === 'GET' || body.includes('"wait')) {
      const first = req.url === '/sse' ? 'event: endpoint\ndata: /messages?id=1\n\n' : ': begun\n\n';
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
    }
    if (body !== '') arrived.push(body);
    return res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  return { ...upstream, arrived };
}

describe('an adapter with policies', () => {
  let server: Upstream & { arrived: string[] };
  let gateway: Gateway;
  const post = (body: string | Buffer, headers = {}) => send(`${gateway.url}/adapters/echo/mcp`, { body, headers });
  beforeEach(async () => {
    server = await recordingServer();
    const route = routeTo(server.endpoint, { requiredRoles: ['team'], policies: [NO_DELETES, IN_DATA] });
    gateway = await startGateway({ routes: [route] });
  });

  it.each(Object.entries(EVERYONE))('refuses what they deny, with the reason, to %s', async (_who, headers) => {
    const { status, text } = await post(message('tools/call', { name: 'delete_all' }, 'c'), headers);
    expect([status, JSON.parse(text)]).toEqual([
      403,
      {
        jsonrpc: '2.0',
        id: 'c',
        error: {
          code: -32002,
          message: 'A policy of the adapter does not permit this: Deleting is for operators. (no-deletes)',
          data: { code: 'POLICY_DENIED', requestId: expect.any(String) },
        },
      },
    ]);
    expect(server.arrived).toEqual([]);
  });

  it('passes what they permit, byte by byte', async () => {
    const spaced =
      '{ "jsonrpc":"2.0","id":12345678901234567890, "method":"tools/call","params":{"name":"read","arguments":{"n":1.0}}}';
    const body = Buffer.from(spaced);
    expect((await post(body, BOB)).status).toBe(200);
    expect((await post(message('tools/list', {}, 1), BOB)).status).toBe(200);
    expect(server.arrived).toEqual([spaced, message('tools/list', {}, 1)]);
  });

  it('does not exist for a stranger, whatever they call', async () => {
    const answers = [
      message('tools/call', { name: 'delete_all' }),
      message('tools/call', { name: 'read' }),
      'nonsense',
    ];
    for (const body of answers) expect((await post(body, { 'x-dev-userid': 'eve' })).status).toBe(404);
  });

  it('refuses a batch with one message that they deny, and answers each request in it', async () => {
    const batch = [message('tools/call', { name: 'read' }, 1), message('tools/call', { name: 'delete_x' }, 2)];
    const { status, text } = await post(`[${batch.join()}]`);
    expect(status).toBe(403);
    expect((JSON.parse(text) as { id: number }[]).map(({ id }) => id)).toEqual([1, 2]);
    expect((await post(`[${batch[0]},${batch[0]}]`)).status).toBe(200);
    expect((await post(`[${Array(101).fill(batch[0]).join()}]`)).status).toBe(403);
    expect(server.arrived).toHaveLength(1);
  });

  const read = (more: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"${more}}}`;
  it.each([
    ['no JSON', 'delete_all'],
    ['no JSON-RPC', '{"method":"tools/call"}'],
    ['nothing', ''],
    ['a name twice', read(',"name":"delete_all"')],
    ['a name in two spellings', read(',"Name":"delete_all"')],
    ['an argument twice', read(',"arguments":{"path":"/data/x","path":"/etc/x"}')],
    ['a method in two spellings', '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}'],
    ['a tool whose name is no text', read('').replace('"read"', '["delete_all"]')],
    ['a batch in a batch', `[[${message('tools/call', { name: 'delete_all' })}]]`],
    ['a compressed message', gzipSync(message('tools/call', { name: 'read' }))],
    ['a notification that calls', '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"delete_all"}}'],
  ])('refuses a body that the server may read in another way: %s', async (_what, body) => {
    expect((await post(body)).status).toBe(403);
    expect(server.arrived).toEqual([]);
  });

  it('decides on a message of 1 MiB, and refuses a longer one', async () => {
    const call = (name: string, length: number) =>
      message('tools/call', { name, arguments: { text: 'a'.repeat(length) } });
    expect((await post(call('read', 900_000))).status).toBe(200);
    expect((await post(call('delete_all', 900_000))).status).toBe(403);
    const { status, text } = await post(call('read', 1_100_000));
    expect([status, text]).toEqual([413, expect.stringContaining('1048576 bytes')]);
    expect(server.arrived).toHaveLength(1);
  });

  it('decides on a message that waits for 100 Continue, and on one of an unknown length', async () => {
    const body = message('tools/call', { name: 'delete_all' });
    const headers = { 'content-length': String(body.length), expect: '100-continue' };
    expect((await post(body, headers)).status).toBe(403);
    expect((await post(body, { 'transfer-encoding': 'chunked' })).status).toBe(403);
  });

  it('decides on messages of the older transport', async () => {
    const stream = await open(`${gateway.url}/adapters/echo/sse`, { method: 'GET', headers: BOB });
    const text = await new Promise<string>((resolve) =>
      stream.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    );
    const url = `${gateway.url}/adapters/echo/${/data: (\S+)/.exec(text)?.[1]}`;
    const sent = async (name: string) =>
      (await send(url, { body: message('tools/call', { name }), headers: BOB })).status;
    expect([await sent('delete_all'), await sent('read')]).toEqual([403, 200]);
    expect(server.arrived).toHaveLength(1);
  });
});

it('a client of the SDK reads the reason, and its session goes on', async () => {
  const server = await startSdkServer();
  const policies = [policy('tool == "ask"', { reason: 'Asking is off.' })];
  const gateway = await startGateway({ routes: [routeTo(server.endpoint, { policies })] });
  const session = await connect(`${gateway.url}/adapters/echo/mcp`, { headers: { 'x-dev-userid': 'alice' } });
  await expect(session.client.callTool({ name: 'ask' })).rejects.toThrow('Asking is off. (rule)');
  expect(await callText(session, 'count')).toBe('1');
});

describe('a policy that changes', () => {
  const NOT_BOB = policy('principal.subject == "bob"', { name: 'not-bob', methods: ['*'] });

  async function start(policies: Policy[] = []) {
    const server = await recordingServer();
    const route = (now: Policy[]) => routeTo(server.endpoint, { requiredRoles: ['team'], policies: now });
    const gateway = await startGateway({ routes: [route(policies)] });
    const publish = (now: Policy[]) => gateway.publish(route(now));
    const session = await begin(gateway.url, BOB);
    const call = (name: string) =>
      open(`${gateway.url}/adapters/echo/mcp`, {
        body: message('tools/call', { name }),
        headers: { ...BOB, 'Mcp-Session-Id': session },
      });
    return { gateway, publish, session, call };
  }
  const ended = (stream: IncomingMessage) => new Promise<void>((resolve) => stream.resume().once('close', resolve));

  it('holds for the next request of an open session, and no longer when it is gone', async () => {
    const { publish, call } = await start();
    const statusOf = async (name: string) => (await call(name)).statusCode;
    expect(await statusOf('delete_all')).toBe(200);
    await publish([NO_DELETES]);
    expect(await statusOf('delete_all')).toBe(403);
    expect(await statusOf('read')).toBe(200);
    await publish([]);
    expect(await statusOf('delete_all')).toBe(200);
  });

  it('ends the open stream of a caller that it denies, and refuses another one', async () => {
    const { gateway, publish, session } = await start([NO_DELETES]);
    const stream = await openStream(gateway.url, session, BOB);
    await publish([NOT_BOB]);
    await ended(stream);
    expect((await openStream(gateway.url, session, BOB)).statusCode).toBe(403);
  });

  it('lets the caller end its session', async () => {
    const { gateway, session } = await start();
    await gateway.publish(
      routeTo((await recordingServer()).endpoint, { requiredRoles: ['team'], policies: [NOT_BOB] }),
    );
    const headers = { ...BOB, 'Mcp-Session-Id': session };
    expect((await send(`${gateway.url}/adapters/echo/mcp`, { method: 'DELETE', headers })).status).toBe(200);
  });

  it.each([
    ['from none', []],
    ['from another', [IN_DATA]],
  ])('breaks a call under way off if it denies it, and no other: %s', async (_from, before) => {
    const { publish, call } = await start(before);
    const [denied, permitted] = await Promise.all([call('wait_and_delete'), call('wait')]);
    let isOver = false;
    void ended(permitted).then(() => (isOver = true));
    await publish([policy('tool == "wait_and_delete"')]);
    await ended(denied);
    await waitFor('a turn', () => new Promise((resolve) => setImmediate(resolve, true)));
    expect(isOver).toBe(false);
  });

  it('passes the answers of the client to requests of the server', async () => {
    const { gateway, session } = await start([NO_DELETES]);
    const body = '{"jsonrpc":"2.0","id":7,"result":{"model":"m"}}';
    const headers = { ...BOB, 'Mcp-Session-Id': session };
    expect((await send(`${gateway.url}/adapters/echo/mcp`, { body, headers })).status).toBe(200);
    expect((await rpc(gateway.url, session, 'ping')).status).toBe(404); // alice, and the session is bob's
  });
});
