import { once } from 'node:events';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { send, type Answer, type SendOptions } from '../support/http.js';
import { freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { NO_SUCH_ADAPTER, rpcError } from './support/rpc-error.js';
import { startDataPlane, startGateway, type Gateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, callTool } from './support/rpc.js';
import { routeTo, startTcpUpstream, startUpstream, type Upstream } from './support/upstream.js';

const NO_ADAPTER = rpcError(-32003, NO_SUCH_ADAPTER.message, 'ADAPTER_NOT_FOUND');

/** The head of every refusal, except the date. */
const refusal = (status: number, text: string, more: [string, string][] = []) => ({
  status,
  text,
  headers: expect.arrayContaining([['content-type', 'application/json'], ['cache-control', 'no-store'], ...more]),
});

describe('before a server gets anything, the gateway refuses', () => {
  let upstream: Upstream;
  let gateway: Gateway;

  beforeEach(async () => {
    upstream = await startUpstream((_req, res) => res.end('ok'));
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint, { requiredRoles: ['Staff'] })] });
  });

  const request = (options: SendOptions = {}, adapter = 'echo') =>
    send(`${gateway.url}/adapters/${adapter}/mcp`, options);

  /** The answer, after a check that no server got the request and that the gateway still works. */
  async function refusedBy(options: SendOptions, adapter?: string): Promise<Answer> {
    const answer = await request(options, adapter);
    expect(upstream.seen).toEqual([]);
    expect((await request()).text).toBe('ok');
    return answer;
  }

  it.each(['unknown', 'ECHO', 'echo%00', '%ZZ', 'ec%68o', '__proto__', 'constructor', 'e'.repeat(10_000)])(
    'an adapter that does not exist: %s',
    async (name) => {
      expect(await refusedBy({}, name)).toMatchObject(refusal(404, NO_ADAPTER));
    },
  );

  it.each(['POST', 'GET', 'DELETE', 'PUT'])(
    'a %s by a caller without permission, with the same bytes as for an unknown name',
    async (method) => {
      const stranger = {
        method,
        headers: { 'x-dev-userid': 'mallory', 'x-dev-roles': 'staffer, mcp.dev', 'x-request-id': 'r-1' },
      };
      const [known, unknown] = [await request(stranger), await request(stranger, 'unknown')];
      expect(known.status).toBe(404);
      const undated = ({ status, headers, text }: Answer) => ({
        status,
        text,
        headers: headers.filter(([name]) => name !== 'Date'),
      });
      expect(undated(known)).toEqual(undated(unknown));
      expect(upstream.seen).toEqual([]);
    },
  );

  it.each(['staff', 'STAFF', 'x , mcp.ADMIN'])('but not a caller with the role %s', async (roles) => {
    expect((await request({ headers: { 'x-dev-userid': 'bob', 'x-dev-roles': roles } })).text).toBe('ok');
  });

  it('a caller whose permission was revoked', async () => {
    const bob = { headers: { 'x-dev-userid': 'bob', 'x-dev-roles': 'staff' } };
    expect((await request(bob)).status).toBe(200);
    await gateway.publish(routeTo(upstream.endpoint));
    expect(await request(bob)).toMatchObject(refusal(404, NO_ADAPTER));
  });

  it('an identity that is too long', async () => {
    const body = rpcError(
      -32001,
      'Sign-in is required: x-dev-userid must be at most 256 characters',
      'SIGN_IN_REQUIRED',
    );
    expect(await refusedBy({ headers: { 'x-dev-userid': 'a'.repeat(257) } })).toMatchObject(refusal(401, body));
  });

  it.each(['PUT', 'PATCH', 'OPTIONS', 'HEAD'])('the method %s', async (method) => {
    const body = rpcError(-32000, 'The method is not allowed here: use one of POST, GET, DELETE', 'METHOD_NOT_ALLOWED');
    const text = method === 'HEAD' ? '' : body;
    expect(await refusedBy({ method })).toMatchObject(refusal(405, text, [['allow', 'POST, GET, DELETE']]));
  });

  it.each(['evil.example', 'evil.example:8000', '127.0.0.1.evil.example', 'localhost.', '%40'])(
    'the Host "%s", which is not this machine',
    async (host) => {
      const body = rpcError(
        -32002,
        'Requests for this host are not allowed: use localhost or 127.0.0.1 in the URL, or add the name to MCP_GATEWAY_ALLOWED_HOSTS',
        'HOST_NOT_ALLOWED',
      );
      expect(await refusedBy({ headers: { host } })).toMatchObject(refusal(403, body));
    },
  );

  it.each(['localhost', 'localhost:1', '127.0.0.1:8000', '127.1.2.3', '[::1]:8000'])(
    'but not the Host %s',
    async (host) => {
      expect((await request({ headers: { host } })).text).toBe('ok');
    },
  );

  it.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example', 'https://portal.example.com:444', ''])(
    'the Origin "%s"',
    async (origin) => {
      const body = rpcError(
        -32002,
        'Requests from this web origin are not allowed: the operator can add the origin to MCP_GATEWAY_ALLOWED_ORIGINS',
        'ORIGIN_NOT_ALLOWED',
      );
      expect(await refusedBy({ headers: { origin } })).toMatchObject(refusal(403, body));
    },
  );

  it.each(['https://portal.example.com', 'http://localhost:3000', 'http://127.0.0.1:9'])(
    'but not the allowed Origin %s',
    async (origin) => {
      expect((await request({ headers: { origin } })).text).toBe('ok');
    },
  );

  it('invalid or oversized HTTP', async () => {
    for (const [bytes, status] of [
      ['GARBAGE\r\n\r\n', 400],
      [`POST /adapters/echo/mcp HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
      ['POST /adapters/echo/mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 400],
    ] as const) {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
      socket.end(bytes);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      socket.destroy();
    }
    expect((await request()).text).toBe('ok');
  });
});

describe('on an address that others can reach, the gateway', () => {
  it('refuses all pages except the allowed ones, and accepts every Host', async () => {
    const upstream = await startUpstream((_req, res) => res.end('ok'));
    const access = { allowedOrigins: ['https://portal.example.com'], allowedHosts: [], loopback: false };
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)], access });
    const request = (headers: Record<string, string>) => send(`${url}/adapters/echo/mcp`, { headers });
    expect((await request({ host: 'gateway.example.com' })).status).toBe(200);
    expect((await request({ origin: 'https://portal.example.com' })).status).toBe(200);
    expect((await request({ origin: 'http://localhost:3000' })).status).toBe(403);
  });
});

describe('with configured host names, the gateway', () => {
  it.each([true, false])('refuses all other hosts, on MCP paths and on the API (loopback: %s)', async (loopback) => {
    const upstream = await startUpstream((_req, res) => res.end('ok'));
    const access = { allowedOrigins: [], allowedHosts: ['gateway.example.com'], loopback };
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)], access });
    const request = (path: string, host: string) => send(`${url}${path}`, { headers: { host } });

    for (const host of ['gateway.example.com', 'gateway.example.com:8443', 'localhost:8000']) {
      expect((await request('/adapters/echo/mcp', host)).text).toBe('ok');
    }
    const seen = upstream.seen.length;
    const mcp = await request('/adapters/echo/mcp', 'rebound.example');
    expect(mcp.status).toBe(403);
    expect(JSON.parse(mcp.text)).toMatchObject({ jsonrpc: '2.0', error: { data: { code: 'HOST_NOT_ALLOWED' } } });
    const api = await request('/adapters', 'rebound.example');
    expect(api.status).toBe(403);
    expect(api.header('content-type')).toBe('application/problem+json');
    expect(JSON.parse(api.text)).toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    expect(upstream.seen).toHaveLength(seen);
  });

  it('accepts probes under any name', async () => {
    const access = { allowedOrigins: [], allowedHosts: ['gateway.example.com'], loopback: false };
    const { url } = await startGateway({ routes: [], access });
    for (const path of ['/livez', '/readyz']) {
      expect((await send(url + path, { method: 'GET', headers: { host: '10.0.0.1:8000' } })).text).toBe('ok');
    }
  });
});

describe('when no server can answer, the gateway', () => {
  const REFUSED = rpcError(-32006, 'The MCP server could not be reached; the call did not run', 'UPSTREAM_REFUSED');

  it('says so, and when to try again, while no replica is ready', async () => {
    const { endpoint, seen } = await startUpstream((_req, res) => res.end());
    const body = rpcError(
      -32007,
      "No replica of the adapter is ready: the adapter's replicas are starting, so try again; GET /adapters/echo/status says how far they are",
      'NO_READY_REPLICA',
    );
    for (const endpoints of [[], [{ ...endpoint, ready: false }]]) {
      const { url } = await startGateway({ routes: [routeTo(endpoints)], waitMs: 100 });
      expect(await send(`${url}/adapters/echo/mcp`)).toMatchObject(refusal(503, body, [['retry-after', '2']]));
    }
    expect(seen).toEqual([]);
  });

  it.each([
    { phase: 'Failed', says: "the adapter's replicas do not start; GET /adapters/echo/status says why and what to do" },
    {
      phase: 'Stopped',
      says: 'the adapter is scaled to zero; its creator or an administrator can start it with PUT /adapters/echo',
    },
  ] as const)('names another remedy than a retry when the adapter is $phase', async ({ phase, says }) => {
    const waitMs = phase === 'Failed' ? 100 : undefined; // requests do not wait for a stopped adapter
    const { url } = await startGateway({ routes: [routeTo([], { phase })], ...(waitMs && { waitMs }) });
    for (const path of ['mcp', 'sse']) {
      const answer = await send(`${url}/adapters/echo/${path}`, { method: 'GET' });
      expect([answer.status, answer.header('retry-after')]).toEqual([503, undefined]);
      expect(answer.text).toContain(says);
    }
  });

  it("fails a session's request at once when its adapter is scaled to zero", async () => {
    const replica = await startReplica();
    const gateway = await startGateway({ routes: [routeTo(replica.endpoint)], moveWithinMs: 600_000 });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([], { phase: 'Stopped' }));
    await replica.kill();
    expect((await callTool(gateway.url, session, 'pay')).json.error.message).toContain('the adapter is scaled to zero');
  });

  it('says that the call did not run when the connection is refused', async () => {
    const endpoint = { id: 'gone', url: `http://127.0.0.1:${await freePort()}`, path: '/mcp', ready: true };
    const { url, upstreams } = await startGateway({ routes: [routeTo(endpoint)], waitMs: 100 });
    expect(await send(`${url}/adapters/echo/mcp`, { body: '{}' })).toMatchObject(refusal(502, REFUSED));
    expect(await send(`${url}/adapters/echo/mcp`, { method: 'GET' })).toMatchObject(refusal(502, REFUSED));
    expect(upstreams.inFlight(endpoint)).toBe(0);
  });

  it('says that the call may have run when the server is lost', async () => {
    const endpoint = await startTcpUpstream((socket) => socket.destroy());
    const { url, upstreams } = await startGateway({ routes: [routeTo(endpoint)] });
    const body = rpcError(-32006, 'The MCP server went away; the call may or may not have run', 'UPSTREAM_GONE');
    expect(await send(`${url}/adapters/echo/mcp`, { body: '{}' })).toMatchObject(refusal(502, body));
    expect(upstreams.inFlight(endpoint)).toBe(0);
  });

  it('times out on a silent server, and ends the request there', async () => {
    const upstream = await startUpstream(() => {});
    const { url, upstreams } = await startGateway({ routes: [routeTo(upstream.endpoint)], timeoutMs: 300 });
    const body = rpcError(
      -32009,
      'The MCP server did not answer in time; the call may or may not have run',
      'UPSTREAM_TIMEOUT',
    );
    expect(await send(`${url}/adapters/echo/mcp`, { body: '{}' })).toMatchObject(refusal(504, body));
    await upstream.seen[0]?.cut;
    expect(upstreams.inFlight(upstream.endpoint)).toBe(0);
  });

  it('says that it is starting until the complete routes are loaded', async () => {
    const prefix = freshPrefix();
    const { url, routes } = await startDataPlane(prefix);
    const body = rpcError(
      -32008,
      'A part that this request needs is not available: the gateway has just started and does not know its MCP servers yet; ' +
        'send the request again in a second. If this lasts for more than a minute, the operator finds the cause at /readyz',
      'UNAVAILABLE',
    );
    expect(await send(`${url}/adapters/echo/mcp`)).toMatchObject(refusal(503, body, [['retry-after', '1']]));
    await startGateway({}, prefix); // this writes the routes
    await waitFor('the routes', () => routes.isLoaded());
    expect(await send(`${url}/adapters/echo/mcp`)).toMatchObject(refusal(404, NO_ADAPTER));
  });
});
