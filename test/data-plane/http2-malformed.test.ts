import { once } from 'node:events';
import { createServer } from 'node:http2';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { afterTest } from '../support/clean-up.js';
import { waitFor } from '../support/wait.js';
import { selfSigned } from './support/certificate.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { FLAG, FRAME, frame, headers, rawHttp2 } from './support/raw-http2.js';
import { surviveStreamErrors } from './support/sources.js';
import { routeTo, startUpstream } from './support/upstream.js';

const tls = selfSigned();
type Field = readonly [string, string];

const fields = (method: string, ...more: Field[]): Field[] => [
  [':method', method],
  [':scheme', 'http'],
  [':authority', 'localhost'],
  [':path', '/adapters/echo/mcp'],
  ['x-dev-userid', 'alice'],
  ...more,
];
const post = (...more: Field[]) => fields('POST', ...more);
const data = (stream: number, text: string) => frame(FRAME.data, FLAG.endStream, stream, Buffer.from(text));

describe.each([
  { way: 'with TLS', wire: { tls } },
  { way: 'without TLS', wire: { http2Cleartext: true } },
])('a malformed stream of HTTP/2 $way', ({ wire }) => {
  let gateway: Gateway;
  beforeEach(async () => {
    const { endpoint } = await startUpstream((req, res) => {
      res.on('error', () => {});
      if (req.method === 'GET') res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      else
        req
          .on('error', () => {})
          .on('end', () => res.end('ok'))
          .resume();
    });
    gateway = await startGateway({ routes: [routeTo(endpoint)], wire });
  });

  it.each([
    { what: 'a body longer than it says', frames: [headers(3, post(['content-length', '1']), 0), data(3, '{}')] },
    { what: 'a body shorter than it says', frames: [headers(3, post(['content-length', '5']), 0), data(3, '{}')] },
    { what: 'a length that is none', frames: [headers(3, post(['content-length', 'x']), 0), data(3, '{}')] },
    { what: 'a header of the connection', frames: [headers(3, post(['connection', 'close']), FLAG.endStream)] },
    { what: 'a name in capitals', frames: [headers(3, post(['X-A', '1']), FLAG.endStream)] },
    { what: 'no path', frames: [headers(3, post().slice(0, 3), FLAG.endStream)] },
    { what: 'a path after other headers', frames: [headers(3, post([':path', '/']), FLAG.endStream)] },
  ])('is reset alone, and all others continue: $what', async ({ frames }) => {
    const connection = rawHttp2(gateway.url, wire.tls?.cert);
    connection.write(headers(1, fields('GET'), FLAG.endStream));
    await connection.next(FRAME.data, 1);
    connection.write(...frames);
    await connection.next(FRAME.reset, 3);
    connection.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8)), headers(5, post(), 0), data(5, '{}'));
    expect(String((await connection.next(FRAME.data, 5)).payload)).toBe('ok');
    expect(connection.isClosed()).toBe(false);
  });
});

/** @returns its URL */
async function startServer(pingMs: number): Promise<string> {
  const server = createServer()
    .on('session', (session) => surviveStreamErrors(session, pingMs))
    .on('sessionError', () => {})
    .on('stream', (stream) => stream.on('error', () => {}))
    .listen(0, '127.0.0.1');
  afterTest(() => server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('keeps a connection with several malformed streams at once, and sends one ping', async () => {
  const pingMs = 1_000;
  const connection = rawHttp2(await startServer(pingMs));
  const malformed = (stream: number) => [headers(stream, post(['content-length', '1']), 0), data(stream, '{}')];
  connection.write(...malformed(1), ...malformed(3));
  await connection.next(FRAME.reset, 3);
  const { payload } = await connection.next(FRAME.ping, 0);
  connection.write(frame(FRAME.ping, FLAG.ack, 0, payload));
  await delay(1.2 * pingMs);
  expect(connection.isClosed()).toBe(false);
});

it('closes a connection at once that is not HTTP/2', async () => {
  const { port, hostname } = new URL(await startServer(60_000));
  const socket = connect(Number(port), hostname).resume();
  afterTest(() => socket.destroy());
  socket.write('SSH-2.0-client, which is no preface of HTTP/2\r\n');
  await once(socket, 'close');
});

it('closes a connection that a client has broken as a whole', async () => {
  const connection = rawHttp2(await startServer(50));
  connection.write(headers(1, post(), FLAG.endStream), data(1, 'after the end'));
  await connection.next(FRAME.goaway, 0);
  await waitFor('the connection to be closed', connection.isClosed);
});
