import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { caller, problem } from '../control-plane/support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from '../control-plane/support/control-plane.js';
import { answerTo, bodyOf, head, open, send, start } from '../support/http.js';
import { freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { recordingLog } from './support/access-log.js';
import { startDataPlane, startGateway } from './support/gateway.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const MIB = 1024 * 1024;
const GET = { method: 'GET' };

async function next(stream: IncomingMessage): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString();
}

describe('management through the data plane', () => {
  let plane: ControlPlane;
  let url: string;

  beforeEach(async () => {
    plane = await startControlPlane();
    ({ url } = await startGateway({ controlPlane: plane.url }));
  });

  it("returns the control plane's answers with their status, headers and bodies", async () => {
    const alice = caller(url, 'alice', 'team');
    const created = await alice.post(specOf('echo'));
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe('adapters/echo');
    expect(created.headers.get('content-security-policy')).toBe('sandbox'); // logs, too, are text of adapters
    expect(created.json.createdBy).toBe('alice');
    const etag = created.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{8}-1"$/);

    expect((await alice.put('echo', specOf('echo', { replicaCount: 2 }), { 'if-match': etag })).status).toBe(200);
    const stale = await alice.put('echo', specOf('echo'), { 'if-match': etag });
    expect(stale.status).toBe(412);
    expect(stale.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    await alice.post(specOf('second'));
    expect((await alice.get('/adapters?limit=1')).headers.get('link')).toMatch(/^<adapters\?limit=1&cursor=/);
    expect(await caller(url, 'bob').get('/adapters/echo')).toMatchObject({ status: 404 });
    expect((await alice.get('/adapters/echo/status')).json.desiredReplicas).toBe(2);
    expect(await alice.remove('echo')).toMatchObject({ status: 204, text: '' });
  });

  it.each([
    '/openapi.json',
    '/permissions/explain',
    '/adapters',
    '/adapters/echo',
    '/adapters/echo/logs',
    '/adapters/%zz',
    '/adapters/a%2Fb?x=%20',
  ])('answers the same as the control plane itself: %s', async (path) => {
    await caller(plane.url, 'alice').post(specOf('echo'));
    const options = { ...GET, headers: { 'x-request-id': 'r-1' } };
    const [direct, through] = [await send(plane.url + path, options), await send(url + path, options)];
    const volatile = /^(date|connection|keep-alive|transfer-encoding|content-length):/i;
    const comparable = ({ status, headers, text }: typeof direct) => ({
      status,
      text,
      headers: headers
        .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
        .filter((header) => !volatile.test(header))
        .toSorted((a, b) => (a < b ? -1 : 1)), // the data plane adds the request id at the end
    });
    expect(comparable(through)).toEqual(comparable(direct));
  });

  it.each([{}, { 'transfer-encoding': 'chunked' }])('passes the 413 for a body of 2 MB (%j)', async (framing) => {
    const headers = { 'content-type': 'application/json', ...framing };
    const { status, header, text } = await send(`${url}/adapters`, { headers, body: Buffer.alloc(2 * MIB, ' ') });
    expect(status).toBe(413);
    expect(header('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(text)).toMatchObject({ code: 'TOO_LARGE', detail: `the limit is ${MIB} bytes` });
    expect((await send(`${url}/adapters`, GET)).status).toBe(200);
  });

  it('serves nothing at other paths', async () => {
    for (const path of ['/portal', '/adapter', '/Adapters', '/openapi.json.bak', '/adaptersx', '/adapters/../x']) {
      const { status, header, text } = await send(url + path, GET);
      expect(status).toBe(404);
      expect(header('content-type')).toBe('application/problem+json');
      const { pathname } = new URL(path, url);
      expect(JSON.parse(text)).toEqual(
        problem(404, 'NOT_FOUND', 'There is nothing at this address', {
          detail: `nothing is served at ${pathname}; see /openapi.json`,
        }),
      );
    }
  });

  it.each([
    [{ host: 'evil.example' }, 'HOST_NOT_ALLOWED'],
    [{ origin: 'https://evil.example' }, 'ORIGIN_NOT_ALLOWED'],
  ])('refuses pages of other sites: %j', async (headers, code) => {
    const { status, header, text } = await send(`${url}/adapters`, { ...GET, headers });
    expect(status).toBe(403);
    expect(header('content-type')).toBe('application/problem+json');
    expect(JSON.parse(text)).toMatchObject({ code });
  });
});

describe('a management request at the control plane', () => {
  let control: Upstream;
  let url: string;
  let answers: ServerResponse[];
  let ended: ReturnType<typeof recordingLog>['ended'];

  beforeEach(async () => {
    answers = [];
    control = await startUpstream(async (req, res) => {
      if (req.url?.includes('/logs')) answers.push(res);
      else res.end(await bodyOf(req).catch(() => ''));
    });
    const { log, ended: linesOf } = recordingLog();
    ended = linesOf;
    ({ url } = await startGateway({ controlPlane: control.endpoint.url, log }));
  });

  it('arrives complete, with its origin', async () => {
    const headers = {
      'X-Dev-Name': 'Alice',
      Authorization: 'Bearer t',
      'If-Match': '"a"',
      'Content-Type': 'application/json',
    };
    await send(`${url}/adapters/echo?a=%2F&b`, { method: 'PUT', headers, body: '{}' });
    const seen = control.seen[0];
    expect(seen).toMatchObject({ method: 'PUT', url: '/adapters/echo?a=%2F&b' });
    expect(seen?.header('x-dev-userid')).toEqual(['alice']);
    expect(seen?.header('authorization')).toEqual(['Bearer t']);
    expect(seen?.header('if-match')).toEqual(['"a"']);
    expect(seen?.header('x-forwarded-host')).toEqual([new URL(url).host]);
    expect(seen?.header('x-forwarded-for')).toEqual(['127.0.0.1']);
  });

  it('has the id that the data plane answers with, also when the client sent none', async () => {
    const { header } = await send(`${url}/adapters`, GET);
    expect(header('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(control.seen[0]?.header('x-request-id')).toEqual([header('x-request-id')]);
  });

  it('has its body byte for byte', async () => {
    const body = randomBytes(MIB);
    expect((await send(`${url}/adapters`, { body })).body.equals(body)).toBe(true);
  });

  it('ends when the client leaves', async () => {
    const req = start(`${url}/adapters/echo/logs?follow=true`, GET);
    req.end();
    await waitFor('the request', () => answers.length === 1);
    req.destroy();
    await expect(control.seen[0]?.cut).resolves.toBeUndefined();
  });

  it('streams followed logs, and ends them when the client leaves', async () => {
    const opening = open(`${url}/adapters/echo/logs?follow=true`, GET);
    const res = await waitFor('the request', () => answers[0]);
    res.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders();
    const stream = await opening;
    expect(head(stream).status).toBe(200);
    for (const line of ['one\n', 'two\n']) {
      const arrived = next(stream);
      res.write(line);
      expect(await arrived).toBe(line);
    }
    stream.destroy();
    await expect(control.seen[0]?.cut).resolves.toBeUndefined();
  });

  it('is aborted at the client when the control plane dies', async () => {
    const opening = open(`${url}/adapters/echo/logs?follow=true`, GET);
    const res = await waitFor('the request', () => answers[0]);
    res.write('one\n');
    const stream = await opening;
    expect(await next(stream)).toBe('one\n');
    res.destroy();
    await expect(bodyOf(stream)).rejects.toThrow('aborted');
    await waitFor('the line', () => ended().length === 1);
    expect(ended()[0]).toMatchObject({ level: 'warn', status: 200, code: 'UNAVAILABLE' });
  });
});

describe('while the control plane is down', () => {
  it('management is answered 503, and MCP traffic continues', async () => {
    const upstream = await startUpstream((_req, res) => res.end('ok'));
    const controlPlane = `http://127.0.0.1:${await freePort()}`;
    const { url } = await startGateway({ controlPlane, routes: [routeTo(upstream.endpoint)] });
    for (const path of ['/adapters', '/adapters/echo/logs', '/openapi.json']) {
      const { status, header, text } = await send(url + path, GET);
      expect(status).toBe(503);
      expect(header('retry-after')).toBe('2');
      expect(header('content-type')).toBe('application/problem+json');
      expect(JSON.parse(text)).toEqual(
        problem(503, 'UNAVAILABLE', 'A part that this request needs is not available', {
          detail: 'the control plane is not reachable; MCP traffic is not affected',
        }),
      );
    }
    const large = start(`${url}/adapters`, { headers: { 'content-type': 'application/json' } });
    large.end(Buffer.alloc(MIB));
    expect(head(await answerTo(large)).status).toBe(503);
    expect((await send(`${url}/adapters/echo/mcp`)).text).toBe('ok');
  });
});

describe('health', () => {
  it('is alive at once, and ready once the complete routes are loaded', async () => {
    const prefix = freshPrefix();
    const { url, routes } = await startDataPlane(prefix);
    expect(await send(`${url}/livez`, GET)).toMatchObject({ status: 200, text: 'ok' });
    expect(await send(`${url}/readyz`, GET)).toMatchObject({
      status: 503,
      text: 'no routes have been read yet: is Redis up, and has the worker run?',
    });
    await startGateway({}, prefix); // this writes the routes
    await waitFor('the routes', () => routes.isLoaded());
    expect(await send(`${url}/readyz`, GET)).toMatchObject({ status: 200, text: 'ok' });
  });

  it('answers a probe that uses an address as the host', async () => {
    const { url } = await startGateway();
    for (const path of ['/livez', '/readyz']) {
      expect((await send(url + path, { ...GET, headers: { host: '10.1.2.3:8000' } })).status).toBe(200);
    }
  });
});
