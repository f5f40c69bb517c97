import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { selfSigned } from '../../../../test/data-plane/support/certificate.js';

const BUILT = new URL('../../dist/oidc/fetch-json.js', import.meta.url).href;
/** Prints the document, or the messages of the error and its causes. */
const READ = `import { issuerCaller, jsonFetcher } from '${BUILT}';
const why = (error) => error ? [error.message, ...why(error.cause)] : [];
const read = process.argv[2] === 'POST'
  ? async (url) => JSON.parse((await issuerCaller()(url, { method: 'POST', headers: {}, body: 'token=x' })).text)
  : jsonFetcher();
const result = await read(process.argv[1]).then((json) => ({ json }), (error) => ({ why: why(error).join(': ') }));
console.log(JSON.stringify(result)); process.exit();`;

/** An issuer with a certificate of an own authority, and a proxy that tunnels (CONNECT, RFC 9110 §9.3.6). */
let folder: string;
let issuer: string;
let proxy: string;
const servers: Server[] = [];
const tunnelled: string[] = [];
let directly = 0;
let refuses = false;

async function portOf(server: Server): Promise<number> {
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const { cert, key } = selfSigned();
  folder = await mkdtemp(join(tmpdir(), 'mcpgw-'));
  await writeFile(join(folder, 'ca.pem'), cert);
  const tls = createServer({ cert, key }, (req, res) => {
    if (req.url === '/moved') return void res.writeHead(302, { location: '/keys' }).end();
    req.setEncoding('utf8').on('data', (body: string) => res.write(JSON.stringify({ body })));
    req.on('end', () => res.end(req.method === 'POST' ? '' : JSON.stringify({ path: req.url })));
  });
  tls.on('connection', () => (directly += 1));
  issuer = `https://localhost:${await portOf(tls)}`;

  const tunnels = createHttpServer((_req, res) => void res.writeHead(405).end());
  tunnels.on('connect', ({ url = '' }, near) => {
    tunnelled.push(url);
    if (refuses) return void near.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const far = connect({ host: '127.0.0.1', port: Number(url.split(':')[1]) }, () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    for (const socket of [near, far]) socket.on('error', () => far.destroy());
  });
  proxy = `http://127.0.0.1:${await portOf(tunnels)}`;
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  tunnelled.length = 0;
  directly = 0;
  refuses = false;
});

/** Reads in a process of its own: the environment counts from the start of a process. */
async function read(
  env: Record<string, string>,
  path = '/keys',
  method = 'GET',
): Promise<{ json?: unknown; why?: string }> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', READ, issuer + path, method],
    {
      env: { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'), ...env },
    },
  );
  return JSON.parse(stdout) as object;
}

const authority = () => new URL(issuer).host;
const KEYS = { json: { path: '/keys' } };

it.each(['HTTPS_PROXY', 'https_proxy'])('reads through the proxy of %s', async (name) => {
  expect(await read({ [name]: proxy })).toEqual(KEYS);
  expect(tunnelled).toEqual([authority()]);
});

it('calls with a body through the proxy', async () => {
  expect(await read({ HTTPS_PROXY: proxy }, '/introspect', 'POST')).toEqual({ json: { body: 'token=x' } });
  expect(tunnelled).toEqual([authority()]);
});

it.each<[string, () => Record<string, string>]>([
  ['no proxy', () => ({})],
  ['a host of NO_PROXY', () => ({ HTTPS_PROXY: proxy, NO_PROXY: 'elsewhere.example,localhost' })],
  ['a host of no_proxy', () => ({ HTTPS_PROXY: proxy, no_proxy: 'localhost' })],
])('reads directly with %s', async (_what, env) => {
  expect(await read(env())).toEqual(KEYS);
  expect([tunnelled, directly]).toEqual([[], 1]);
});

it('reads through the proxy although NO_PROXY names other hosts', async () => {
  expect(await read({ HTTPS_PROXY: proxy, NO_PROXY: 'elsewhere.example' })).toEqual(KEYS);
  expect(tunnelled).toEqual([authority()]);
});

it('does not go around a proxy that refuses', async () => {
  refuses = true;
  expect(await read({ HTTPS_PROXY: proxy })).toEqual({ why: expect.stringContaining('403') });
  expect([tunnelled, directly]).toEqual([[authority()], 0]);
});

it('does not trust an authority that NODE_EXTRA_CA_CERTS does not name', async () => {
  expect(await read({ NODE_EXTRA_CA_CERTS: '' })).toMatchObject({
    why: expect.stringContaining('certificate'),
  });
});

it('follows no redirect', async () => {
  expect(await read({}, '/moved')).toMatchObject({ why: expect.stringContaining('redirect') });
  expect(directly).toBe(1);
});
