import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

const NOBODY = { id: 'gone', url: 'http://127.0.0.1:1', ready: true };

let gateway: Gateway;
beforeEach(async () => {
  const upstream = await startUpstream((_req, res) => res.end('alive'));
  gateway = await startGateway({
    routes: [routeTo(upstream.endpoint), { ...routeTo(NOBODY), name: 'refusing', adapterId: 'refusing' }],
  });
});

/** Sends a head and half a body, and goes. */
async function hangUp(framing: string, half: string, end: 'end' | 'destroy' | 'resetAndDestroy') {
  const { port } = new URL(gateway.url);
  const socket = connectTcp(Number(port), '127.0.0.1').resume();
  socket.on('error', () => {});
  await once(socket, 'connect');
  const head = `POST /adapters/refusing/mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`;
  socket.write(head + half);
  await new Promise((resolve) => setImmediate(resolve));
  socket[end]();
  if (!socket.destroyed) await once(socket, 'close');
}

describe.each([
  ['a length', 'Content-Length: 200', '{"half":'],
  ['chunks', 'Transfer-Encoding: chunked', '8\r\n{"half":\r\n'],
])('a client that announces %s, sends half, and goes', (_name, framing, half) => {
  it.each(['end', 'destroy', 'resetAndDestroy'] as const)(
    'does no harm while the server refuses connections (%s)',
    async (end) => {
      await Promise.all(Array.from({ length: 10 }, () => hangUp(framing, half, end)));
      expect(await send(`${gateway.url}/adapters/echo/mcp`, { body: Buffer.from('{}') })).toMatchObject({
        text: 'alive',
      });
    },
  );
});
