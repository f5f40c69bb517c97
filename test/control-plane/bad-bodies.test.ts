import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { send, type Answer, type SendOptions } from '../support/http.js';
import { invalid, NOT_FOUND, problem } from './support/callers.js';
import { specOf, startControlPlane, type ControlPlane } from './support/control-plane.js';

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

const bad = (detail: string) => problem(400, 'INVALID_REQUEST', 'The request is not valid', { detail });
const unsupported = (detail: string) =>
  problem(415, 'UNSUPPORTED_MEDIA_TYPE', 'The content type is not supported', { detail });
const NOT_JSON_TYPE = unsupported('send Content-Type: application/json');
const NOT_READABLE = unsupported('use UTF-8, with gzip, deflate, br or no encoding');
const TOO_LARGE = problem(413, 'TOO_LARGE', 'The request body is too large', { detail: `the limit is ${MIB} bytes` });
const must = (pointer: string, detail: string) => invalid({ pointer, detail });

const NOTHING = invalid(
  { pointer: '#/name', detail: 'is required' },
  { pointer: '#/imageName', detail: 'is required' },
  { pointer: '#/imageVersion', detail: 'is required' },
);

let plane: ControlPlane;
beforeEach(async () => {
  plane = await startControlPlane();
});

const post = (options: SendOptions, path = '/adapters') => send(`${plane.url}${path}`, options);
const withSpec = (more: string) => `${JSON.stringify(specOf('echo')).slice(0, -1)},${more}}`;

/** The problem in the answer. Also checks that nothing was written and that the service still answers. */
async function problemIn({ status, header, text }: Answer): Promise<unknown> {
  expect(header('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(await plane.rows.names()).toEqual([]);
  expect(plane.hints).toEqual([]);
  const created = await post({ headers: JSON_TYPE, body: JSON.stringify(specOf('after')) });
  expect(created.status).toBe(201);
  const body = JSON.parse(text) as { status: number };
  expect(body.status).toBe(status);
  return body;
}

describe('a body that does not match its headers', () => {
  it.each([
    ['text/plain', NOT_JSON_TYPE],
    ['application/x-www-form-urlencoded', NOT_JSON_TYPE],
    ['multipart/form-data; boundary=x', NOT_JSON_TYPE],
    ['application/jsonp', NOT_JSON_TYPE],
    ['json', NOT_JSON_TYPE],
    ['', NOT_JSON_TYPE],
    ['application/json; charset=latin1', NOT_READABLE],
    ['application/json; charset=nonsense', NOT_READABLE],
  ])('is answered 415 when its type is "%s"', async (type, expected) => {
    const body = JSON.stringify(specOf('echo'));
    expect(await problemIn(await post({ headers: { 'content-type': type }, body }))).toEqual(expected);
  });

  it('answers 415 without a Content-Type', async () => {
    expect(await problemIn(await post({ body: JSON.stringify(specOf('echo')) }))).toEqual(NOT_JSON_TYPE);
  });

  it.each([
    ['zstd-nonsense', 'x', NOT_READABLE],
    ['gzip', 'not gzip', bad('the body cannot be decompressed')],
    ['gzip', gzipSync('{"name": "echo"}').subarray(0, 20), bad('the body cannot be decompressed')],
  ])('is refused when it cannot be decompressed (%s)', async (encoding, body, expected) => {
    const headers = { ...JSON_TYPE, 'content-encoding': encoding };
    expect(await problemIn(await post({ headers, body }))).toEqual(expected);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is taken when it can be decompressed (%s)', async (encoding, compress) => {
    const headers = { ...JSON_TYPE, 'content-encoding': encoding };
    expect((await post({ headers, body: compress(JSON.stringify(specOf('echo'))) })).status).toBe(201);
  });
});

describe('a body that is too large', () => {
  const LARGE = withSpec(`"description":"${'x'.repeat(2 * MIB)}"`);

  it.each([
    ['with its length', {}, LARGE],
    ['in chunks', { 'transfer-encoding': 'chunked' }, LARGE],
    ['only when it is decompressed', { 'content-encoding': 'gzip' }, gzipSync(LARGE)],
    [
      'a thousand times larger when it is decompressed',
      { 'content-encoding': 'br' },
      brotliCompressSync(Buffer.alloc(MIB * 64), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
    ],
  ])('is answered 413: %s', async (_name, more, body) => {
    expect(await problemIn(await post({ headers: { ...JSON_TYPE, ...more }, body }))).toEqual(TOO_LARGE);
  });

  it('answers 201 for a body of exactly the maximum size', async () => {
    const body = JSON.stringify(specOf('echo'));
    expect((await post({ headers: JSON_TYPE, body: body.padEnd(MIB) })).status).toBe(201);
  });
});

describe('a body that is not a spec', () => {
  it.each([
    ['truncated', '{"name": "echo", ', bad('the body is not valid JSON at character 17')],
    ['not JSON', 'name: echo', bad('the body is not valid JSON')],
    [
      'with a secret in it',
      '{"environmentVariables": {"TOKEN": "s3cret"}, oops',
      bad('the body is not valid JSON at character 46'),
    ],
    ['half a character', Buffer.from([0x22, 0xf0, 0x9f]), bad('the body is not valid JSON at character 2')],
    ['nothing', '', NOTHING],
    ['null', 'null', must('#', 'must be an object')],
    ['true', 'true', must('#', 'must be an object')],
    ['a string', '"echo"', must('#', 'must be an object')],
    ['a number', '1e999', must('#', 'must be an object')],
    ['an array', JSON.stringify([specOf('echo')]), must('#', 'must be an object')],
    [
      'deep',
      withSpec(`"description":${'['.repeat(100_000)}${']'.repeat(100_000)}`),
      must('#/description', 'must be a string'),
    ],
    [
      'deep and unknown',
      withSpec(`"x":${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
      must('#/x', 'is not a known field'),
    ],
    ['with __proto__', withSpec('"__proto__":{"admin":true}'), must('#/__proto__', 'is not a known field')],
    [
      'with __proto__ for a variable',
      withSpec('"environmentVariables":{"__proto__":"x"}'),
      must('#/environmentVariables/__proto__', 'is not a possible name here'),
    ],
    ['with constructor', withSpec('"constructor":{"prototype":{}}'), must('#/constructor', 'is not a known field')],
    [
      'with a field twice, of which the last counts',
      withSpec('"name":"Bad"'),
      must('#/name', 'must be lower-case letters, digits and inner hyphens'),
    ],
  ])('is refused: %s', async (_name, body, expected) => {
    const answer = await post({ headers: JSON_TYPE, body });
    expect(answer.text).not.toContain('s3cret');
    expect(await problemIn(answer)).toEqual(expected);
  });
});

describe('a method that a path does not support', () => {
  const REGISTER = '; POST /adapters registers an adapter, and MCP clients use /adapters/echo/mcp';
  it.each([
    ['PATCH', '/adapters', 'HEAD, GET, POST, OPTIONS'],
    ['PATCH', '/adapters/echo', 'HEAD, GET, PUT, DELETE, OPTIONS'],
    ['POST', '/adapters/echo', 'HEAD, GET, PUT, DELETE, OPTIONS', REGISTER],
    ['POST', '/adapters/echo/status', 'HEAD, GET, OPTIONS', REGISTER],
    ['DELETE', '/adapters/echo/status', 'HEAD, GET, OPTIONS'],
    ['PUT', '/adapters/echo/logs', 'HEAD, GET, OPTIONS'],
    ['POST', '/openapi.json', 'HEAD, GET, OPTIONS'],
  ])('gets 405 and the methods of the path: %s %s', async (method, path, allow, instead = '') => {
    const answer = await post({ method }, path);
    expect(answer.header('allow')).toBe(allow);
    expect(await problemIn(answer)).toEqual(
      problem(405, 'METHOD_NOT_ALLOWED', 'The method is not allowed here', {
        detail: `${method} is not possible on ${path}; use one of ${allow}${instead}`,
      }),
    );
    const options = await post({ method: 'OPTIONS' }, path);
    expect([options.status, options.header('allow')]).toEqual([204, allow]);
  });
});

describe('an unusual request', () => {
  it.each(['/adapters/%', '/adapters/%zz', '/adapters/%c3%28/status', '/adapters/%e0%80%af/logs'])(
    'gets 400 when its path is not well encoded: %s',
    async (path) => {
      expect(await problemIn(await post({ method: 'GET' }, path))).toEqual(bad('the URL is not well encoded'));
    },
  );

  it.each(['/adapters/a%00b', '/adapters/%2e%2e%2fetc', '/adapters/a%0d%0ab', "/adapters/'%20OR%201=1--"])(
    'gets 404 when its path names an impossible name: %s',
    async (path) => {
      expect(await problemIn(await post({ method: 'GET' }, path))).toEqual(NOT_FOUND);
    },
  );

  it.each([
    ['GET', '/'],
    ['GET', '/adapter'],
    ['GET', '/Adapters'],
    ['POST', '/adapters/echo/mcp'],
    ['GET', '/adapters/echo/STATUS'],
    ['GET', '/adapters/echo/logs/0'],
    ['GET', '/metrics'],
  ])('is answered 404 when the API has no such thing: %s %s', async (method, path) => {
    expect(await problemIn(await post({ method }, path))).toEqual(
      problem(404, 'NOT_FOUND', 'There is nothing at this address', {
        detail: `${method} ${path} is not part of this API; see /openapi.json`,
      }),
    );
  });

  it.each([
    [
      { host: 'evil.example' },
      'HOST_NOT_ALLOWED',
      'Requests for this host are not allowed',
      'use localhost or 127.0.0.1 in the URL, or add the name to MCP_GATEWAY_ALLOWED_HOSTS',
    ],
    [
      { origin: 'https://evil.example' },
      'ORIGIN_NOT_ALLOWED',
      'Requests from this web origin are not allowed',
      'the operator can add the origin to MCP_GATEWAY_ALLOWED_ORIGINS',
    ],
  ])('is answered 403 when a page of another site may have sent it: %j', async (headers, code, title, detail) => {
    const body = JSON.stringify(specOf('echo'));
    const answer = await post({ headers: { ...JSON_TYPE, ...headers }, body });
    expect(await problemIn(answer)).toEqual(problem(403, code, title, { detail }));
  });

  it('gets 401 when a sign-in header is too long', async () => {
    const answer = await post({ method: 'GET', headers: { 'x-dev-userid': 'a'.repeat(257) } });
    expect(await problemIn(answer)).toEqual(
      problem(401, 'SIGN_IN_REQUIRED', 'Sign-in is required', {
        detail: 'x-dev-userid must be at most 256 characters',
      }),
    );
  });

  it('is dropped when the client disconnects before its end', async () => {
    const socket = connect(Number(new URL(plane.url).port), '127.0.0.1');
    const length = JSON.stringify(specOf('echo')).length;
    const lines = [
      'POST /adapters HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      `Content-Length: ${length}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${JSON.stringify(specOf('echo')).slice(0, -1)}`);
    socket.end();
    const [answer] = (await once(socket, 'data').catch(() => [''])) as [Buffer | string];
    expect(String(answer)).not.toMatch(/^HTTP\/1.1 2/);
    expect(await plane.rows.names()).toEqual([]);
  });
});
