import { once } from 'node:events';
import { type ClientHttp2Session, connect as openSession } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { expect, it } from '@jest/globals';
import { afterTest } from '../support/clean-up.js';
import { waitFor } from '../support/wait.js';
import { recordingLog } from './support/access-log.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

const STREAMS = 3;

it.each<[how: string, leave: (session: ClientHttp2Session, socket: Socket) => unknown]>([
  ['destroys its session', (session) => session.destroy()],
  ['closes the connection by FIN alone', (_session, socket) => socket.end()],
  ['resets the connection', (_session, socket) => socket.resetAndDestroy()],
])('requests over HTTP/2 without TLS end when their client %s', async (_how, leave) => {
  const { log, ended } = recordingLog();
  const { endpoint, seen } = await startUpstream((_req, res) =>
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
  );
  const { url } = await startGateway({ routes: [routeTo(endpoint)], wire: { http2Cleartext: true }, log });
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  const session = openSession(url, { createConnection: () => socket }).on('error', () => {});
  afterTest(() => session.destroy());
  const headers = { ':method': 'GET', ':path': '/adapters/echo/mcp', 'x-dev-userid': 'alice' };
  for (let i = 0; i < STREAMS; i += 1) {
    const stream = session.request(headers).on('error', () => {});
    await once(stream, 'response');
  }
  leave(session, socket);
  await waitFor('the requests to end', () => ended().length === STREAMS);
  await Promise.all(seen.map(({ cut }) => cut)); // at the server, too
  expect(ended().every(({ text }) => text === 'request ended')).toBe(true);
});
