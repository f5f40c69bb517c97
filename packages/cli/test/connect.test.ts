import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../test/support/gateway.js';
import { repository } from '../../../test/support/launch.js';
import { waitFor } from '../../../test/support/wait.js';
import { SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { lineOf } from '../src/connect/failures.js';
import { connect, type ConnectOptions } from '../src/connect/connect.js';
import { mcpGateway, type RunOptions } from './support/run.js';

interface Message {
  id?: number | string;
  method?: string;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

let port: number;
let server: ChildProcess | undefined;
const urlOf = () => `http://127.0.0.1:${port}/mcp`;

/** The example server, which speaks both eras. */
async function startServer(): Promise<void> {
  const env = { PATH: process.env['PATH'], PORT: String(port) };
  server = spawn(process.execPath, [repository('servers/mcp-example/dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout as NodeJS.ReadableStream, 'data');
}
async function stopServer(): Promise<void> {
  server?.kill('SIGKILL');
  if (server?.exitCode === null && server.signalCode === null) await once(server, 'exit');
}
beforeAll(async () => {
  port = await freePort();
  await startServer();
});
afterAll(stopServer);

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A client with its ends of the pipes. */
function start(options: Partial<ConnectOptions> = {}) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const [messages, log]: [Message[], string[]] = [[], []];
  createInterface({ input: stdout }).on('line', (line) => messages.push(JSON.parse(line) as Message));
  const ended = connect({
    url: urlOf(),
    credentials: { headers: () => ({}) },
    stdin,
    stdout,
    log: (line) => log.push(line),
    ...options,
  });
  const close = async () => {
    stdin.end();
    await ended;
  };
  open.push(close);
  const say = (message: object) => stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const answer = (id: number | string) =>
    waitFor(`the answer to ${id}`, () => messages.find((each) => each.id === id && !each.method));
  let ids = 0;
  async function ask(method: string, params: object = {}): Promise<Message> {
    const id = ++ids;
    say({ id, method, params });
    return answer(id);
  }
  const initialize = async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    const { result } = await ask('initialize', params);
    say({ method: 'notifications/initialized' });
    return result;
  };
  const call = async (name: string, args = {}) => {
    const { result, error } = await ask('tools/call', { name, arguments: args });
    const content = (result?.['content'] ?? []) as { text: string }[];
    return error?.message ?? content[0]?.text;
  };
  return { say, ask, answer, initialize, call, close, ended, messages, log };
}

it('connect logs the sentence of an answer and not its JSON', () => {
  const text = JSON.stringify({ jsonrpc: '2.0', error: { code: -32003, message: 'There is no such adapter' } });
  const given = { status: 404, statusText: 'Not Found', text };
  const error = new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, `Error POSTing to endpoint: ${text}`, given);
  expect(lineOf(error)).toBe('the gateway answered 404: There is no such adapter');
});

describe('connect', () => {
  it('passes the messages of a session, in both directions', async () => {
    const client = start();
    expect(await client.initialize()).toMatchObject({ protocolVersion: '2025-11-25' });
    expect(await client.call('add', { a: 2, b: 3 })).toBe('5');
    expect([await client.call('counter'), await client.call('counter')]).toEqual(['1', '2']);
    expect((await client.ask('nonsense')).error?.code).toBe(-32601);
  });

  it('passes requests of 2026-07-28, which have no session', async () => {
    const client = start();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const discovered = await client.ask('server/discover', { _meta });
    expect(discovered.result?.['supportedVersions']).toContain('2026-07-28');
    const { result } = await client.ask('tools/call', { name: 'add', arguments: { a: 1, b: 1 }, _meta });
    expect(result).toMatchObject({ content: [{ text: '2' }] });
  });

  it('keeps a message that waits for the gateway, and opens the session again when it is gone', async () => {
    const client = start();
    await client.initialize();
    expect(await client.call('counter')).toBe('1');
    await stopServer();
    const waiting = client.call('counter');
    await startServer();
    expect(await waiting).toBe('1');
    expect(client.log).toContain('the session has ended; opening it again');
    // The client was told of one handshake only.
    expect(client.messages.filter(({ result }) => result?.['serverInfo'])).toHaveLength(1);
  });

  it('answers requests that cannot be delivered, and says what to do', async () => {
    const nobody = await freePort();
    const client = start({ url: `http://127.0.0.1:${nobody}/mcp`, patienceMs: 0 });
    expect((await client.ask('initialize')).error).toMatchObject({
      code: -32000,
      message: 'The gateway cannot be reached (ECONNREFUSED).',
    });
  });

  it('ends with its input', async () => {
    const client = start();
    await client.initialize();
    await client.close();
    await expect(client.ended).resolves.toBeUndefined();
  });
});

describe('a gateway that wants a sign-in', () => {
  const seen: (string | undefined)[] = [];
  const gateway = createServer((req, res) => {
    seen.push(req.headers.authorization);
    if (req.headers.authorization !== 'Bearer good')
      return void res.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    res.writeHead(200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-11-25' } }));
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => void gateway.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/mcp`;
  });
  afterAll(() => {
    gateway.closeAllConnections();
    gateway.close();
  });

  it('gets the token, and a new one when it refuses that', async () => {
    let token = 'old';
    const credentials = {
      headers: () => ({ authorization: `Bearer ${token}` }),
      async refresh() {
        token = 'good';
        return true;
      },
    };
    const client = start({ url, credentials });
    expect((await client.ask('initialize')).result).toEqual({ protocolVersion: '2025-11-25' });
    expect(seen.slice(0, 2)).toEqual(['Bearer old', 'Bearer good']);
  });

  it('gets the API key of the variable that the command names', async () => {
    const keys: unknown[] = [];
    gateway.once('request', (req) => keys.push(req.headers['x-api-key']));
    const line = `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize' })}\n`;
    const variables = { KEY: 'mcpgw_x' } as RunOptions['variables'];
    const ran = await mcpGateway(['connect', url, '--api-key-env', 'KEY'], {
      ...(variables && { variables }),
      input: line,
    });
    expect(keys).toEqual(['mcpgw_x']);
    // It has answered what was asked before its input ended.
    expect(JSON.parse(ran.out)).toMatchObject({
      id: 1,
      error: { message: expect.stringContaining('wants a sign-in') },
    });
  });

  it.each([
    [['connect', 'http://h/elsewhere'], 'is not the URL of a server behind a gateway'],
    [['connect', 'echo', '--api-key-env', 'UNSET'], 'The environment variable UNSET is not set.'],
  ])('is not called by %j', async (args, why) => {
    const refused = await mcpGateway(args);
    expect([refused.exit, refused.err]).toEqual([2, expect.stringContaining(why)]);
  });

  it('leads to an answer that says how to sign in', async () => {
    const client = start({ url });
    expect((await client.ask('initialize')).error?.message).toBe(
      'The gateway wants a sign-in. Run "mcp-gateway login".',
    );
  });
});
