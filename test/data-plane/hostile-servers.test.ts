import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { bodyOf, open, send, start } from '../support/http.js';
import { redisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { rpcError } from './support/rpc-error.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startTcpUpstream, startUpstream } from './support/upstream.js';

const gone = (id: number | null) =>
  rpcError(-32006, 'The MCP server went away; the call may or may not have run', 'UPSTREAM_GONE', id);
const GONE = gone(null);
const MIB = 1024 * 1024;
const INITIALIZE = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}';

async function gatewayTo(onRequest: (socket: Socket) => void) {
  const endpoint = await startTcpUpstream(onRequest);
  const { url } = await startGateway({ routes: [routeTo(endpoint)] });
  return `${url}/adapters/echo/mcp`;
}

describe('a server that violates HTTP', () => {
  it.each([
    ['a reason phrase in UTF-8', 'HTTP/1.1 200 fertig → 王', 200],
    ['a reason phrase with control characters', 'HTTP/1.1 200 o\u0001k', 200],
    ['no reason phrase', 'HTTP/1.1 200', 200],
  ])('does not bring the gateway down with %s', async (_name, line, status) => {
    const url = await gatewayTo((socket) => socket.write(`${line}\r\nContent-Length: 2\r\n\r\nok`));
    expect(await send(url)).toMatchObject({ status, text: 'ok' });
    expect(await send(url)).toMatchObject({ status, text: 'ok' });
  });

  it.each([
    ['bytes that are not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
    ['a malformed header', 'HTTP/1.1 200 OK\r\nno colon here\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'],
    ['length and chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['an unrequested upgrade', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 Low\r\nContent-Length: 2\r\n\r\nok'],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'X-Long: y\r\n'.repeat(10_000)}\r\n`],
  ])('counts as lost when it answers with %s', async (_name, bytes) => {
    const url = await gatewayTo((socket) => socket.write(bytes));
    expect(await send(url)).toMatchObject({ status: 502, text: GONE });
  });

  it('counts as lost when it closes the connection without an answer', async () => {
    const url = await gatewayTo((socket) => socket.end());
    expect(await send(url)).toMatchObject({ status: 502, text: GONE });
  });

  it('counts as lost when it resets the connection', async () => {
    const url = await gatewayTo((socket) => socket.resetAndDestroy());
    expect(await send(url)).toMatchObject({ status: 502, text: GONE });
  });

  it('has its answer aborted at the client when it ends short of its length', async () => {
    const url = await gatewayTo((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'));
    await expect(bodyOf(await open(url))).rejects.toThrow('aborted');
  });

  it('counts as lost when it sends only a head', async () => {
    const url = await gatewayTo((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'));
    expect(await send(url)).toMatchObject({ status: 502, text: GONE });
  });
});

describe('a server that answers before it has read the request', () => {
  it('reaches a client that is still sending', async () => {
    const upstream = await startUpstream((_req, res) => res.writeHead(400, { 'content-length': 7 }).end('too bad'));
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)] });
    const address = `${url}/adapters/echo/mcp`;
    expect(await send(address, { body: Buffer.alloc(3_000_000) })).toMatchObject({ status: 400, text: 'too bad' });

    const req = start(address);
    req.write('the first part');
    const [res] = (await once(req, 'response')) as [Parameters<typeof bodyOf>[0]];
    expect((await bodyOf(res)).toString()).toBe('too bad');
  });
});

describe('a server that closes the connection while the gateway records its session', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: raw\r\n';

  /** Lets Redis answer only after the gateway has noticed the close. */
  async function slowly(misbehave: (socket: Socket) => void) {
    const line = await redisLine();
    const endpoint = await startTcpUpstream(misbehave);
    const gateway = await startGateway({ routes: [routeTo(endpoint)], redisUrl: line.url });
    const held = line.hold(':session:');
    const answer = send(`${gateway.url}/adapters/echo/mcp`, {
      body: INITIALIZE,
      headers: { Connection: 'keep-alive' }, // or the client's connection would hide bytes that come too late
    });
    await held;
    for (let round = 0; round < 5; round++) await send(`${gateway.url}/livez`, { method: 'GET' });
    line.release();
    const answered = await answer;
    expect((await send(`${gateway.url}/livez`, { method: 'GET' })).text).toBe('ok');
    return answered;
  }

  it('has its whole answer reach the client, with the session', async () => {
    const { status, text, header } = await slowly((socket) =>
      socket.end(`${HEAD}Connection: close\r\nContent-Length: 2\r\n\r\n{}`),
    );
    expect({ status, text }).toEqual({ status: 200, text: '{}' });
    expect(header('content-type')).toBe('application/json');
    expect(header('mcp-session-id')).toMatch(/^[\w-]{100,}$/);
  });

  it('has its whole event stream reach the client', async () => {
    const head = HEAD.replace('application/json', 'text/event-stream');
    const { status, text } = await slowly((socket) => socket.end(`${head}\r\ndata: {}\n\n`));
    expect({ status, text }).toEqual({ status: 200, text: 'data: {}\n\n' });
  });

  it('causes no error when it sends only a head', async () => {
    const { status, text, header } = await slowly((socket) => socket.end(`${HEAD}\r\n`));
    expect({ status, text }).toEqual({ status: 200, text: '' });
    expect(header('mcp-session-id')).toMatch(/^[\w-]{100,}$/);
  });

  it('is paused meanwhile, however much it sends', async () => {
    const line = await redisLine();
    let written = 0;
    const endpoint = await startTcpUpstream((socket) => {
      socket.write(HEAD.replace('application/json', 'text/event-stream') + '\r\n');
      const chunk = Buffer.alloc(65_536, 'x');
      const write = () => {
        while (written < 64 * MIB && socket.write(chunk)) written += chunk.length;
      };
      socket.on('drain', write);
      write();
    });
    const gateway = await startGateway({ routes: [routeTo(endpoint)], redisUrl: line.url });
    const held = line.hold(':session:');
    const opening = open(`${gateway.url}/adapters/echo/mcp`, { body: INITIALIZE });
    await held;
    let before = -1;
    let polls = 0;
    await waitFor('a standstill', () => {
      polls = written === before ? polls + 1 : 0;
      before = written;
      return polls === 8;
    });
    expect(written).toBeLessThan(24 * MIB);
    line.release();
    await opening;
  });

  it('counts as lost when its answer was incomplete', async () => {
    const answer = slowly((socket) => {
      socket.write(`${HEAD}Content-Length: 10\r\n\r\n`, () => setImmediate(() => socket.resetAndDestroy()));
    });
    expect(await answer).toMatchObject({ status: 502, text: gone(1) }); // the id of INITIALIZE
  });
});
