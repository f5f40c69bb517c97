import { generateKeyPairSync } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, jwtVerify } from 'jose';
import { send } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { message } from './support/rpc.js';
import { dataPlaneFields, identityKeysFault } from './support/sources.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const CALL = message('tools/call', { name: 'who' });
const ISSUER = 'https://tools.example.com/gw';
const p256 = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const ed25519 = () => generateKeyPairSync('ed25519');
const pemOf = (...pairs: { privateKey: ReturnType<typeof ed25519>['privateKey'] }[]) =>
  pairs.map(({ privateKey }) => String(privateKey.export({ type: 'pkcs8', format: 'pem' }))).join('');

/** A server that lets callers in by the token alone, which it checks with the keys that the gateway publishes. */
async function startVerifyingServer(audience: string) {
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined;
  const server: Upstream = await startUpstream(async (req: IncomingMessage, res) => {
    const token = req.headers['x-mcp-identity-token']?.toString() ?? '';
    const verified = keys && (await jwtVerify(token, keys, { issuer: ISSUER, audience }).catch(() => undefined));
    if (!verified) return res.writeHead(401).end();
    const result = verified.payload;
    return res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ result }));
  });
  return {
    ...server,
    trust: (gateway: string) => (keys = createRemoteJWKSet(new URL(`${gateway}/.well-known/jwks.json`))),
  };
}

async function gatewayFor(keys: () => string, upstreamAuth: object = { identityToken: true }) {
  const server = await startVerifyingServer(`${ISSUER}/adapters/echo`);
  const route = routeTo(server.endpoint, { upstreamAuth: upstreamAuth as never, requiredRoles: ['team', 'other'] });
  const gateway = await startGateway({ routes: [route], identityKeys: keys, publicUrl: ISSUER });
  server.trust(gateway.url);
  const call = (subject: string, roles = 'team', headers = {}) =>
    send(`${gateway.url}/adapters/echo/mcp`, {
      body: CALL,
      headers: { 'x-dev-userid': subject, 'x-dev-roles': roles, 'x-dev-name': `${subject} É.`, ...headers },
    });
  const tokens = () => server.seen.map(({ header }) => header('x-mcp-identity-token'));
  return { gateway, server, call, tokens };
}

describe.each([
  ['ES256', () => pemOf(p256())],
  ['EdDSA', () => pemOf(ed25519())],
])('a token signed with %s', (alg, newKey) => {
  it('names the caller to a server that knows the public keys only', async () => {
    const key = newKey();
    const { call, tokens } = await gatewayFor(() => key);
    const { status, text } = await call('bob', 'team,other');
    const { exp = 0, iat = 0, jti, ...claims } = (JSON.parse(text) as { result: Record<string, never> }).result;
    expect([status, claims]).toEqual([
      200,
      {
        iss: ISSUER,
        aud: `${ISSUER}/adapters/echo`,
        sub: 'bob',
        name: expect.stringMatching(/^bob /),
        roles: ['team', 'other'],
        tenant: 'default',
      },
    ]);
    expect([exp - iat, typeof jti]).toEqual([300, 'string']);
    expect(decodeProtectedHeader(tokens()[0]?.[0] ?? '').alg).toBe(alg);
  });
});

it('is used again for the same caller with the same roles, and for nobody else', async () => {
  const key = pemOf(ed25519());
  const { call, tokens } = await gatewayFor(() => key);
  for (const [subject, roles] of [
    ['bob', 'team'],
    ['bob', 'team'],
    ['bob', 'other'],
    ['carol', 'team'],
  ] as const) {
    expect((await call(subject, roles)).status).toBe(200);
  }
  const [first, again, ...others] = tokens().flat();
  expect(again).toBe(first);
  expect(new Set([first, ...others]).size).toBe(3);
  const subjects = tokens().map(([token = '']) => decodeJwt(token).sub);
  expect(subjects).toEqual(['bob', 'bob', 'bob', 'carol']);
});

it('is never that of the client, with or without one of the gateway', async () => {
  const key = pemOf(ed25519());
  const forged = { 'x-mcp-identity-token': 'forged', X_Mcp_Identity_Token: 'forged' };
  const signed = await gatewayFor(() => key);
  expect((await signed.call('bob', 'team', forged)).status).toBe(200);
  expect(signed.tokens()).toEqual([[expect.stringMatching(/^ey/)]]);
  const without = await gatewayFor(() => key, { identityToken: false });
  await without.call('bob', 'team', forged);
  const names = without.server.seen[0]?.headers.map(([name]) => name.toLowerCase().replaceAll('_', '-'));
  expect(names).not.toContain('x-mcp-identity-token');
});

it('is for the audience of the adapter, and a server that refuses it does not make the client sign in', async () => {
  const key = pemOf(ed25519());
  const { call, tokens } = await gatewayFor(() => key, { identityToken: true, audience: 'https://other.example.com' });
  const { status, text, header } = await call('bob');
  expect(decodeJwt(tokens()[0]?.[0] ?? '').aud).toBe('https://other.example.com');
  expect([status, text, header('www-authenticate')]).toEqual([
    502,
    expect.stringContaining('CREDENTIAL_REFUSED'),
    undefined,
  ]);
});

it('stays valid while keys rotate, and the private parts are never published', async () => {
  const [old, next] = [p256(), ed25519()];
  const jwk = await exportJWK(next.privateKey);
  let keys = pemOf(old, next);
  const { gateway, call, tokens } = await gatewayFor(() => keys);
  const read = async () => {
    const { status, text, header } = await send(`${gateway.url}/.well-known/jwks.json`, { method: 'GET' });
    return { status, cache: header('cache-control'), set: JSON.parse(text) as { keys: Record<string, string>[] } };
  };
  const { status, cache, set } = await read();
  expect([status, cache, set.keys.map(({ alg, use }) => [alg, use])]).toEqual([
    200,
    'public, max-age=300',
    [
      ['ES256', 'sig'],
      ['EdDSA', 'sig'],
    ],
  ]);
  expect(set.keys.flatMap((key) => Object.keys(key))).not.toContain('d');
  expect((await call('bob')).status).toBe(200);
  const { d: _d, ...oldPublic } = await exportJWK(old.privateKey);
  keys = JSON.stringify({ keys: [jwk, oldPublic] });
  expect((await call('bob')).status).toBe(200);
  const kids = tokens().map(([token = '']) => decodeProtectedHeader(token).kid);
  expect(kids).toEqual([set.keys[0]?.['kid'], set.keys[1]?.['kid']]);
  expect((await read()).set.keys.map(({ kid }) => kid)).toEqual(kids.toReversed());
});

it('without keys, the call fails in words, and there is no key set', async () => {
  const server = await startUpstream((_req, res) => res.end());
  const route = routeTo(server.endpoint, { upstreamAuth: { identityToken: true } });
  const gateway = await startGateway({ routes: [route] });
  const answer = await send(`${gateway.url}/adapters/echo/mcp`, { body: CALL });
  expect([answer.status, answer.text]).toEqual([502, expect.stringContaining('MCP_GATEWAY_IDENTITY_KEYS')]);
  expect(server.seen).toEqual([]);
  expect((await send(`${gateway.url}/.well-known/jwks.json`, { method: 'GET' })).status).toBe(404);
});

it.each([
  '',
  'x',
  '{}',
  '{"keys":[]}',
  pemOf({ privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }),
])('keys that cannot sign are refused without a word of them: %#', (text) => {
  const { error } = dataPlaneFields.MCP_GATEWAY_IDENTITY_KEYS.safeParse(text);
  expect(error?.issues.map(({ message: words }) => words)).toEqual([expect.stringContaining('must be private keys')]);
});

it('needs a public URL with a host, because that is the issuer', () => {
  const MCP_GATEWAY_IDENTITY_KEYS = {};
  const fault = (hostname: string | undefined) =>
    identityKeysFault({ MCP_GATEWAY_IDENTITY_KEYS, MCP_GATEWAY_PUBLIC_URL: { hostname } });
  expect([fault('tools.example.com'), identityKeysFault({})]).toEqual([undefined, undefined]);
  expect(fault(undefined)).toContain('MCP_GATEWAY_PUBLIC_URL with a host');
});
