import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { getGlobalDispatcher, ProxyAgent, setGlobalDispatcher } from 'undici';
import { authority, selfSigned } from '../../../../test/data-plane/support/certificate.js';
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

const healthz = { healthPath: '/healthz', path: '/mcp' };
const passed = { healthy: true, note: null, message: null, quote: '', host: '127.0.0.1' };
const failed = { ...passed, healthy: false };
const UNKNOWN_SESSION = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Mcp-Session-Id is required"}}';

describe('a health check', () => {
  it.each([200, 204, 299])('that is answered with %i passes', async (code) => {
    expect(await probe(await status(code), healthz)).toEqual(passed);
  });

  it.each([301, 401, 429, 500, 503])('that is answered with %i fails, and quotes the answer', async (code) => {
    const message = `GET /healthz answers ${code}`;
    expect(await probe(await status(code), healthz)).toEqual({ ...failed, message, quote: ' "body"' });
  });

  it.each([400, 403, 404, 405, 421])(
    'on the default path that is answered with %i passes, with a note',
    async (code) => {
      const note = `GET /healthz answers ${code}`;
      expect(await probe(await status(code), healthz)).toEqual({ ...passed, note, quote: ' "body"' });
    },
  );

  it('on another path passes with 404, with a note; another status there fails', async () => {
    const live = { ...healthz, healthPath: '/live' };
    expect(await probe(await status(404), live)).toMatchObject({ healthy: true, note: 'GET /live answers 404' });
    expect(await probe(await status(403), live)).toMatchObject({ healthy: false, message: 'GET /live answers 403' });
  });

  it('of type http passes with 2xx only', async () => {
    const http = { ...healthz, healthType: 'http' as const };
    expect(await probe(await status(404), http)).toMatchObject({ healthy: false, message: 'GET /healthz answers 404' });
    expect(await probe(await status(200), http)).toEqual(passed);
  });

  describe('over TLS', () => {
    const secure = (options: ServerOptions) =>
      listening(createSecureServer(options, (_req, res) => res.writeHead(200).end(UNKNOWN_SESSION)));
    const own = authority();
    const requiring = { ...own.issue(), ca: own.ca, requestCert: true, rejectUnauthorized: true };
    const tls = { ...healthz, tls: true };

    it('passes with any certificate, as with the kubelet', async () => {
      expect(await probe(await secure(selfSigned('elsewhere')), tls)).toEqual(passed);
      expect(await probe(await secure(selfSigned()), { ...tls, healthType: 'mcp' })).toEqual(passed);
    });

    it('of a server that requires a client certificate passes with a note, unless it has a type', async () => {
      const port = await secure(requiring);
      const note = 'GET /healthz is refused, because the server requires a client certificate';
      expect(await probe(port, tls)).toEqual({ ...passed, note });
      const message = 'GET /healthz fails: TLS fails: tlsv13 alert certificate required';
      expect(await probe(port, { ...tls, healthType: 'http' })).toEqual({ ...failed, message });
      expect(await probe(port, { ...tls, healthType: 'tcp' })).toEqual(passed);
    });

    it('of a server without TLS fails', async () => {
      const message = 'GET /healthz fails: TLS fails: wrong version number';
      expect(await probe(await status(200), tls)).toEqual({ ...failed, message });
    });
  });

  it('of type tcp passes with an open port, whatever it answers', async () => {
    const tcp = { ...healthz, healthType: 'tcp' as const };
    expect(await probe(await listening(createTcpServer((socket) => socket.destroy())), tcp)).toEqual(passed);
    const message = 'The connection fails: nothing listens on PORT yet';
    expect(await probe(await freePort(), tcp)).toEqual({ ...failed, message, host: null });
  });

  it.each<[what: string, RequestListener]>([
    ['a result', (_req, res) => res.end('{"jsonrpc":"2.0","id":"health-check","result":{}}')],
    ['a JSON-RPC error for the missing session', (_req, res) => res.writeHead(400).end(UNKNOWN_SESSION)],
    ['an event of an open stream', (_req, res) => void res.writeHead(200).write(`data: ${UNKNOWN_SESSION}\n\n`)],
    ['202 for a notification', (_req, res) => res.writeHead(202).end()],
    [
      'a redirect to an endpoint that answers',
      (req, res) =>
        req.url === '/mcp' ? res.writeHead(307, { location: '/mcp/' }).end() : res.writeHead(400).end(UNKNOWN_SESSION),
    ],
  ])('of type mcp passes with %s', async (_what, onRequest) => {
    expect(await probe(await answering(onRequest), { ...healthz, healthType: 'mcp' })).toEqual(passed);
  });

  it.each<[code: number, body: string, quote: string]>([
    [404, 'Cannot POST', ' "Cannot POST"'],
    [500, UNKNOWN_SESSION, ` "${UNKNOWN_SESSION}"`],
    [200, '', ''],
  ])('of type mcp that is answered with %i %j fails', async (code, body, quote) => {
    const port = await answering((_req, res) => res.writeHead(code).end(body));
    const message = `POST /mcp answers ${code}`;
    const result = await probe(port, { ...healthz, healthType: 'mcp' });
    expect(result).toEqual({ ...failed, message, quote: `${quote}, which is not MCP` });
  });

  it('of type mcp that is redirected in a circle fails with an explanation', async () => {
    const port = await answering((_req, res) => res.writeHead(307, { location: '/mcp' }).end());
    const message = 'POST /mcp answers 307';
    expect(await probe(port, { ...healthz, healthType: 'mcp' })).toMatchObject({ healthy: false, message });
  });

  it('quotes one line of at most 240 characters without control characters, and no HTML', async () => {
    const quoteOf = async (text: string, type = 'text/plain') => {
      const port = await answering((_req, res) => res.writeHead(500, { 'content-type': type }).end(text));
      return (await probe(port, healthz)).quote;
    };
    expect(await quoteOf('no\n\u001b[31mway\u0000\u009b')).toBe(' "no [31mway"');
    expect(await quoteOf('x'.repeat(10_000))).toBe(` "${'x'.repeat(240)}…"`);
    expect(await quoteOf('<html>no</html>', 'text/html; charset=utf-8')).toBe('');
  });

  it('is a GET on the path of the spec, on a connection of its own', async () => {
    const requests: unknown[] = [];
    const port = await answering((req, res) => {
      requests.push([req.method, req.url, req.headers.connection]);
      res.end();
    });
    await probe(port, { ...healthz, healthPath: '/live/now' });
    expect(requests).toEqual([['GET', '/live/now', 'close']]);
  });

  it('reaches a server that listens on ::1 only', async () => {
    const server = createServer((_req, res) => res.end());
    servers.push(server.listen(0, '::1'));
    await once(server, 'listening');
    expect(await probe((server.address() as AddressInfo).port, healthz)).toEqual({ ...passed, host: '[::1]' });
  });

  it('goes to the address where the server was found, even if another server listens on the other address', async () => {
    const port = await status(200);
    const server = createServer((_req, res) => res.writeHead(503).end());
    servers.push(server.listen(port, '::1'));
    await once(server, 'listening');
    expect(await probe(port, healthz, '[::1]')).toMatchObject({ healthy: false, host: '[::1]' });
  });

  it('goes to the server, not to the proxy of the environment', async () => {
    const before = getGlobalDispatcher();
    setGlobalDispatcher(new ProxyAgent('http://127.0.0.1:1'));
    const result = await probe(await status(200), healthz).finally(() => setGlobalDispatcher(before));
    expect(result).toEqual(passed);
  });

  it('on a port without a listener fails with an explanation', async () => {
    const message = 'GET /healthz fails: nothing listens on PORT yet';
    expect(await probe(await freePort(), healthz)).toEqual({ ...failed, message, host: null });
  });

  it.each<[string, RequestListener, object]>([
    ['does not answer fails', () => {}, { healthy: false, message: 'GET /healthz fails: no answer within 1000 ms' }],
    [
      'does not end its answer passes',
      (_req, res) => void res.writeHead(200).write('a'),
      { healthy: true, message: null },
    ],
  ])('of a server that %s after a second', async (_what, onRequest, expected) => {
    const port = await answering(onRequest);
    const began = performance.now();
    expect(await probe(port, healthz)).toMatchObject(expected);
    expect(performance.now() - began).toBeLessThan(3_000);
    (servers[0] as ReturnType<typeof createServer>).closeAllConnections();
  });

  it('of a server that does not speak HTTP fails', async () => {
    const port = await listening(createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-server\r\n')));
    expect(await probe(port, healthz)).toMatchObject({
      healthy: false,
      message: expect.stringMatching(/^GET \/healthz fails: .+/),
    });
  });
});
