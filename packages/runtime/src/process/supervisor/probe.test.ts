import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/common/serving';
import { probe } from './probe.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
async function listening(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
const answering = (onRequest: RequestListener) => listening(createServer(onRequest));
const status = (code: number) => answering((_req, res) => res.writeHead(code).end('body'));

describe('a health check', () => {
  it.each([200, 204, 299])('that is answered with %i is passed', async (code) => {
    expect(await probe(await status(code), '/healthz')).toEqual({ healthy: true, note: null, message: null });
  });

  it.each([301, 400, 401, 429, 500, 503])('that is answered with %i is failed', async (code) => {
    expect(await probe(await status(code), '/healthz')).toEqual({
      healthy: false,
      note: null,
      message: `GET /healthz answers ${code}`,
    });
  });

  it('that the server does not know is passed by an open port, with a note', async () => {
    expect(await probe(await status(404), '/live')).toEqual({
      healthy: true,
      note: "GET /live answers 404, so an open port counts as healthy. Set healthCheck.path to the server's own.",
      message: null,
    });
  });

  it('is a GET on the path of the spec, on a connection of its own', async () => {
    const requests: unknown[] = [];
    const port = await answering((req, res) => {
      requests.push([req.method, req.url, req.headers.connection]);
      res.end();
    });
    await probe(port, '/live/now');
    expect(requests).toEqual([['GET', '/live/now', 'close']]);
  });

  it('on a port where nothing listens is failed, in words', async () => {
    expect(await probe(await freePort(), '/healthz')).toMatchObject({
      healthy: false,
      message: 'GET /healthz fails: nothing listens on PORT yet',
    });
  });

  it.each<[string, RequestListener, object]>([
    [
      'does not answer is failed',
      () => {},
      { healthy: false, message: 'GET /healthz fails: no answer within 1000 ms' },
    ],
    [
      'does not end its answer is passed',
      (_req, res) => void res.writeHead(200).write('a'),
      { healthy: true, message: null },
    ],
  ])('by a server that %s after a second', async (_what, onRequest, expected) => {
    const port = await answering(onRequest);
    const began = performance.now();
    expect(await probe(port, '/healthz')).toMatchObject(expected);
    expect(performance.now() - began).toBeLessThan(3_000);
    (servers[0] as ReturnType<typeof createServer>).closeAllConnections();
  });

  it('by a server that speaks something else is failed', async () => {
    const port = await listening(createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-server\r\n')));
    expect(await probe(port, '/healthz')).toMatchObject({
      healthy: false,
      message: expect.stringMatching(/^GET \/healthz fails: .+/),
    });
  });
});
