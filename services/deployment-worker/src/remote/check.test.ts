import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createEgress } from '@mcp-gateway/platform/egress';
import { freePort } from '@mcp-gateway/platform/serving';
import { authority, selfSigned } from '../../../../test/data-plane/support/certificate.js';
import { checkRemote } from './check.js';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function listening(onRequest: RequestListener, tls?: ServerOptions): Promise<string> {
  const server = tls ? createSecureServer(tls, onRequest) : createServer(onRequest);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `${tls ? 'https' : 'http'}://localhost:${(server.address() as AddressInfo).port}`;
}

const open = createEgress({ allowedNetworks: ['127.0.0.0/8', '::1'] });
const check = (url: string, more: object = {}, egress = open) =>
  checkRemote({ remote: { url, headers: {} }, tls: undefined, speaks: 'mcp', hasCredential: false, ...more }, egress);

const UNKNOWN_SESSION = '{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Mcp-Session-Id is required"}}';
const status =
  (code: number, body = '', headers = {}): RequestListener =>
  (_req, res) =>
    void res.writeHead(code, headers).end(body);

describe('a remote server', () => {
  it.each<[what: string, answer: RequestListener]>([
    ['with a result', status(200, '{"jsonrpc":"2.0","id":"x","result":{}}')],
    ['with a JSON-RPC error for the missing session', status(400, UNKNOWN_SESSION)],
    ['with an event of an open stream', (_req, res) => void res.writeHead(200).write(`data: ${UNKNOWN_SESSION}\n\n`)],
    [
      'to initialize only, with a session that is ended',
      (req, res) => {
        if (req.method === 'DELETE') return status(req.headers['mcp-session-id'] === 's1' ? 200 : 500)(req, res);
        let body = '';
        req.on('data', (chunk) => (body += String(chunk)));
        req.on('end', () => {
          const isBegun = body.includes('initialize');
          const result = '{"jsonrpc":"2.0","id":"x","result":{}}';
          return (isBegun ? status(200, result, { 'mcp-session-id': 's1' }) : status(404, '<p>no session</p>'))(
            req,
            res,
          );
        });
      },
    ],
    [
      'after a redirect to its slash',
      (req, res) =>
        (req.url === '/mcp' ? status(307, '', { location: '/mcp/' }) : status(200, UNKNOWN_SESSION))(req, res),
    ],
  ])('that answers in MCP %s is ready', async (_what, answer) => {
    expect(await check(`${await listening(answer)}/mcp`)).toMatchObject({ answers: true, reason: 'ServerAnswers' });
  });

  it('on the older transport is ready, and the status says which URL clients use', async () => {
    const url = await listening((req, res) =>
      req.method === 'GET'
        ? status(200, 'event: endpoint\ndata: /m\n\n', { 'content-type': 'text/event-stream' })(req, res)
        : status(405)(req, res),
    );
    expect(await check(`${url}/sse`)).toMatchObject({ answers: true, message: expect.stringContaining('/sse') });
  });

  it.each<[code: number, reason: string, says: string]>([
    [401, 'CredentialsRequired', 'Name a credential in upstreamAuth'],
    [403, 'CredentialsRequired', 'Name a credential in upstreamAuth'],
    [404, 'NotMcp', 'Correct the path in remote.url'],
    [200, 'NotMcp', 'which is not MCP'],
    [503, 'ServerError', 'answers POST with 503'],
  ])('that answers %i is not: %s', async (code, reason, says) => {
    const result = await check(`${await listening(status(code, '<p>internal-secret</p>'))}/mcp`);
    expect(result).toEqual({ answers: false, reason, message: expect.stringContaining(says) });
    expect(result.message).not.toContain('internal-secret');
  });

  it('that answers 401 to a check is ready when requests have a credential', async () => {
    const url = await listening(status(401));
    expect(await check(`${url}/mcp`, { hasCredential: true })).toMatchObject({ answers: true });
  });

  it('that redirects to another host is not followed, and the status names it without its query', async () => {
    const asked: unknown[] = [];
    const url = await listening((req, res) => {
      asked.push(req.url);
      status(308, '', { location: 'https://elsewhere.example/mcp?token=t' })(req, res);
    });
    const { reason, message } = await check(`${url}/mcp`);
    expect(asked).toEqual(['/mcp']);
    expect([reason, message]).toEqual([
      'Redirected',
      expect.stringContaining('to https://elsewhere.example/mcp. Set remote.url'),
    ]);
  });

  it('gets the path, the query and the headers of the adapter, and no credential', async () => {
    const seen: unknown[] = [];
    const url = await listening((req, res) => {
      seen.push([req.method, req.url, req.headers['x-api-version'], req.headers.host, req.headers.authorization]);
      status(200, UNKNOWN_SESSION)(req, res);
    });
    await check(`${url}/v2/mcp?key=7`, { remote: { url: `${url}/v2/mcp?key=7`, headers: { 'X-Api-Version': '2' } } });
    expect(seen).toEqual([['POST', '/v2/mcp?key=7', '2', new URL(url).host, undefined]]);
  });

  it('that cannot be reached is not ready', async () => {
    expect(await check(`http://localhost:${await freePort()}/mcp`)).toEqual({
      answers: false,
      reason: 'Unreachable',
      message: expect.stringMatching(
        /^The gateway cannot reach localhost:\d+: nothing listens on the port\. It tries again\.$/,
      ),
    });
    const unknown = createEgress({
      allowedNetworks: [],
      lookup: (_name, _options, callback) => callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
    });
    expect((await check('https://gone.example/mcp', {}, unknown)).message).toContain('its name is not known');
  });

  it('at an address that is not allowed is not ready, and gets nothing', async () => {
    let requests = 0;
    const url = await listening(() => (requests += 1));
    const result = await check(`${url}/mcp`, {}, createEgress({ allowedNetworks: [] }));
    expect(result).toMatchObject({ answers: false, reason: 'AddressNotAllowed' });
    expect(result.message).toContain('leads to a loopback address');
    expect(requests).toBe(0);
  });
});

describe('a remote HTTP API', () => {
  it.each<[code: number, answers: boolean, says: string, headers: Record<string, string>]>([
    [200, true, 'answers GET with 200', {}],
    [401, true, 'answers GET with 401', {}],
    [404, true, 'answers GET with 404', {}],
    [302, true, 'answers GET with 302', { location: '/docs' }],
    [301, true, 'redirects GET to https://other.example, which calls', { location: 'https://other.example/v2?k=1' }],
    [503, false, 'answers GET with 503', {}],
  ])('that answers %i is ready: %s', async (code, answers, says, headers) => {
    const url = await listening(status(code, '<p>internal-secret</p>', headers));
    const result = await check(`${url}/v3`, { speaks: 'http' });
    expect(result).toMatchObject({ answers, message: expect.stringContaining(says) });
    expect(result.message).not.toMatch(/internal-secret|k=1/);
  });

  it('at an address that is not allowed gets nothing', async () => {
    const url = await listening(status(200));
    const result = await check(url, { speaks: 'http' }, createEgress({ allowedNetworks: [] }));
    expect(result).toMatchObject({ answers: false, reason: 'AddressNotAllowed' });
  });
});

describe('a remote server behind TLS', () => {
  const own = authority();
  const answer = status(200, UNKNOWN_SESSION);

  it.each<[string, ServerOptions, string]>([
    ['of an unknown authority', own.issue(), 'of an authority that the gateway does not trust'],
    ['signed by itself', selfSigned(), 'of an authority that the gateway does not trust'],
    [
      'that requires a client certificate',
      { ...selfSigned(), requestCert: true, rejectUnauthorized: true },
      'authority',
    ],
  ])('with a certificate %s is not ready', async (_what, tls, why) => {
    const url = await listening(answer, tls);
    expect(await check(`${url}/mcp`)).toMatchObject({
      answers: false,
      reason: 'TlsFault',
      message: expect.stringContaining(why),
    });
  });

  it('that does not speak it is not ready', async () => {
    const url = (await listening(answer)).replace('http:', 'https:');
    expect((await check(`${url}/mcp`)).message).toContain('The server does not speak TLS on its port.');
  });

  it('is ready when a credential has its authority, which only the data plane knows', async () => {
    const tls = { credential: 'private' };
    const url = await listening(answer, own.issue());
    expect(await check(`${url}/mcp`, { tls })).toMatchObject({ answers: true });
    const strict = await listening(answer, { ...own.issue(), ca: own.ca, requestCert: true, rejectUnauthorized: true });
    expect(await check(`${strict}/mcp`, { tls, hasCredential: true })).toMatchObject({ answers: true });
  });
});
