import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { followSignIn, signInFields } from '@mcp-gateway/identity';
import { folder } from '../support/after-tests.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { open, send } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { waitFor } from '../support/wait.js';
import { type DataPlaneOptions, startGateway } from './support/gateway.js';
import { rawConnection } from './support/raw.js';
import { startReplica } from './support/replica.js';
import { answerOf, begin, message, openStream } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const bearer = async (...of: Parameters<TestIssuer['token']>) => ({
  authorization: `Bearer ${await issuer.token(...of)}`,
});
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

async function gatewayWithSignIn(options: DataPlaneOptions = {}, settings: object = {}) {
  const replica = await startReplica({ events: true });
  const gateway = await startGateway({
    routes: [routeTo(replica.endpoint, { createdBy: 'alice', requiredRoles: ['team'] })],
    issuers: [{ issuer: issuer.issuer, audiences: ['gateway'], scopes: ['mcp.use'], ...settings }],
    ...options,
  });
  return { gateway, replica, mcp: `${gateway.url}/adapters/echo/mcp` };
}

const PING = message('ping');
const METADATA = '/.well-known/oauth-protected-resource';

it('issuers in a file are exchanged without a restart: streams of the old one end, and the metadata names the new one', async () => {
  const file = join(await folder(), 'issuers');
  const settings = (name: string) => JSON.stringify([{ issuer: name, audiences: ['gateway'] }]);
  await writeFile(file, settings(issuer.issuer));
  const environment = { OIDC_ISSUERS_FILE: file };
  const config = { AUTH_MODE: 'oidc' as const, OIDC_ISSUERS: signInFields.OIDC_ISSUERS.parse(settings(issuer.issuer)) };
  const ends: (() => void)[] = [];
  const signIn = followSignIn(config, environment, { log: silent, defer: (end) => void ends.push(end) });
  const { gateway, mcp } = await gatewayWithSignIn({ ...(signIn && { signIn }) });
  const headers = await bearer();
  const stream = await openStream(gateway.url, await begin(gateway.url, headers), headers);
  let isOver = false;
  stream.once('close', () => (isOver = true)).resume();
  await writeFile(file, settings('https://new.example.com'));
  await waitFor('the end of the stream', () => isOver, 20_000);
  for (const end of ends) end();
  expect((await send(mcp, { headers, body: PING })).status).toBe(401);
  const { text } = await send(`${gateway.url}${METADATA}/adapters/echo/mcp`, { method: 'GET' });
  expect(JSON.parse(text)).toMatchObject({ authorization_servers: ['https://new.example.com'] });
}, 40_000);

describe('a request without a token', () => {
  it.each([
    ['mcp', 'POST', '/adapters/echo/mcp'],
    ['mcp', 'GET', '/adapters/echo/mcp'],
    ['mcp', 'DELETE', '/adapters/echo/mcp'],
    ['sse', 'GET', '/adapters/echo/sse'],
    ['sse', 'POST', '/adapters/echo/messages?sessionId=x'],
    ['mcp', 'POST', '/adapters/nothing-here/mcp'],
  ])('is told where to sign in: %s, %s %s', async (endpoint, method, path) => {
    const { gateway } = await gatewayWithSignIn();
    const answer = await send(gateway.url + path, { method, ...(method === 'POST' && { body: PING }) });
    const [, , name] = path.split('/');
    const challenge = `Bearer resource_metadata="${gateway.url}${METADATA}/adapters/${name}/${endpoint}"`;
    expect([answer.status, answer.header('www-authenticate')]).toEqual([401, challenge]);
    expect(answer.text).toContain('send an access token in the header Authorization: Bearer');
  });

  it('gets the metadata that the challenge names (RFC 9728), also for names that do not exist', async () => {
    const { gateway, mcp } = await gatewayWithSignIn();
    const read = async (path: string) => {
      const { status, text } = await send(gateway.url + path, { method: 'GET' });
      return status === 200 ? (JSON.parse(text) as object) : status;
    };
    expect(await read(`${METADATA}/adapters/echo/mcp`)).toEqual({
      resource: mcp,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['mcp.use'],
      bearer_methods_supported: ['header'],
      resource_name: 'MCP Gateway',
    });
    const resource = async (path: string) => ((await read(METADATA + path)) as { resource?: string }).resource;
    expect(await resource('')).toBe(gateway.url);
    expect(await resource('/mcp')).toBe(`${gateway.url}/mcp`);
    expect(await resource('/adapters/echo/sse')).toBe(`${gateway.url}/adapters/echo/sse`);
    expect(await resource('/adapters/none/mcp')).toBe(`${gateway.url}/adapters/none/mcp`);
    for (const path of ['x', '/x', '/adapters/echo', '/adapters/echo/logs', '/adapters/a/b/mcp']) {
      expect([path, await read(METADATA + path)]).toEqual([path, 404]);
    }
  });

  it('gets URLs of the configured public URL, with the path at either place', async () => {
    const { gateway } = await gatewayWithSignIn({ publicUrl: 'https://tools.example.com/gw/' });
    const { header } = await send(`${gateway.url}/adapters/echo/mcp`, { body: PING });
    const base = 'https://tools.example.com/gw';
    expect(header('www-authenticate')).toBe(`Bearer resource_metadata="${base}${METADATA}/adapters/echo/mcp"`);
    for (const path of [
      `${METADATA}/adapters/echo/mcp`,
      `/gw${METADATA}/adapters/echo/mcp`,
      `${METADATA}/gw/adapters/echo/mcp`, // where RFC 9728 §3.1 puts it
    ]) {
      const { text } = await send(gateway.url + path, { method: 'GET' });
      expect(JSON.parse(text)).toMatchObject({ resource: `${base}/adapters/echo/mcp` });
    }
  });

  it('gets whole URLs when only their path is configured', async () => {
    const { gateway } = await gatewayWithSignIn({ publicUrl: '/gw' });
    const { header } = await send(`${gateway.url}/gw/adapters/echo/mcp`, { body: PING });
    const url = `${gateway.url}/gw${METADATA}/adapters/echo/mcp`;
    expect(header('www-authenticate')).toBe(`Bearer resource_metadata="${url}"`);
    const { text } = await send(url, { method: 'GET' });
    expect(JSON.parse(text)).toMatchObject({ resource: `${gateway.url}/gw/adapters/echo/mcp` });
  });

  it('believes a forwarded host only of a trusted proxy', async () => {
    const forwarded = { 'x-forwarded-host': 'tools.example.com', 'x-forwarded-proto': 'https' };
    const challenge = async (options: DataPlaneOptions) => {
      const { gateway, mcp } = await gatewayWithSignIn(options);
      const answer = await send(mcp, { body: PING, headers: forwarded });
      return answer.header('www-authenticate')?.replace(gateway.url, 'SELF');
    };
    const at = (base: string) => `Bearer resource_metadata="${base}${METADATA}/adapters/echo/mcp"`;
    expect(await challenge({})).toBe(at('SELF'));
    expect(await challenge({ trustedProxies: ['127.0.0.1'] })).toBe(at('https://tools.example.com'));
  });

  it('of an allowed origin may read the metadata and the challenge', async () => {
    const { gateway, mcp } = await gatewayWithSignIn();
    const headers = { origin: 'https://portal.example.com' };
    const metadata = await send(`${gateway.url}${METADATA}/adapters/echo/mcp`, { method: 'GET', headers });
    expect([metadata.status, metadata.header('access-control-allow-origin')]).toEqual([200, headers.origin]);
    const refused = await send(mcp, { body: PING, headers });
    expect(refused.header('access-control-expose-headers')).toContain('WWW-Authenticate');
  });
});

describe('a request with a token', () => {
  it('reaches the server with the identity of the token, and without the token', async () => {
    const { gateway, replica } = await gatewayWithSignIn();
    const headers = await bearer({ sub: 'bob', name: 'Bob', roles: ['TEAM'] });
    await begin(gateway.url, headers);
    const seen = replica.received.find(({ method }) => method === 'initialize')?.headers;
    expect(seen).toMatchObject({ 'x-mcp-userid': 'bob', 'x-mcp-username': 'Bob', 'x-mcp-roles': 'TEAM' });
    expect(seen).not.toHaveProperty('authorization');
  });

  it.each([
    ['has expired', { exp: inSeconds(-600) }, 'the token has expired'],
    ['is for another audience', { aud: 'elsewhere' }, 'the token is for another audience'],
  ])('that %s is refused with the reason, and told where to sign in', async (_what, claims, reason) => {
    const { gateway, mcp } = await gatewayWithSignIn();
    const answer = await send(mcp, { body: PING, headers: await bearer(claims) });
    expect(answer.status).toBe(401);
    expect(answer.header('www-authenticate')).toBe(
      `Bearer resource_metadata="${gateway.url}${METADATA}/adapters/echo/mcp", error="invalid_token", error_description="${reason}"`,
    );
    expect(answerOf(answer).json).toMatchObject({
      id: expect.any(Number),
      error: { message: expect.stringContaining(reason), data: { code: 'SIGN_IN_REQUIRED' } },
    });
  });

  it('does not tell whether an adapter exists that its caller may not use', async () => {
    const { gateway } = await gatewayWithSignIn();
    const headers = await bearer({ sub: 'mallory' });
    const errorOf = async (name: string) => {
      const answer = answerOf(await send(`${gateway.url}/adapters/${name}/mcp`, { body: PING, headers }));
      return [answer.status, { ...answer.json.error, data: { ...answer.json.error.data, requestId: '' } }];
    };
    expect(await errorOf('echo')).toEqual(await errorOf('nothing'));
  });

  it('is refused when there is another one: two readers may take two callers', async () => {
    const { gateway } = await gatewayWithSignIn();
    const { authorization } = await bearer({ sub: 'bob', roles: ['team'] });
    const other = (await bearer({ sub: 'alice' })).authorization;
    const connection = rawConnection(gateway.url);
    connection.write(
      `GET /adapters/echo/mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nAuthorization: ${other}\r\n\r\n`,
    );
    expect(await connection.until('given once')).toMatch(/^HTTP\/1.1 400 .*Authorization must be given once/s);
  });

  it('ignores the headers of development sign-in', async () => {
    const { mcp } = await gatewayWithSignIn();
    const headers = { ...(await bearer({ sub: 'mallory' })), 'x-dev-userid': 'alice', 'x-dev-roles': 'mcp.admin' };
    expect((await send(mcp, { body: PING, headers })).status).toBe(404);
    const withoutToken = { 'x-dev-userid': 'alice', 'x-dev-roles': 'mcp.admin' };
    expect((await send(mcp, { body: PING, headers: withoutToken })).status).toBe(401);
  });
});

describe('a session', () => {
  it('goes on with a new token of the same caller, and is not found with a token of another', async () => {
    const { gateway, mcp } = await gatewayWithSignIn();
    const session = await begin(gateway.url, await bearer({ jti: '1' }));
    const ping = async (claims: Record<string, unknown>) =>
      (await send(mcp, { body: PING, headers: { 'mcp-session-id': session, ...(await bearer(claims)) } })).status;
    expect(await ping({ jti: '2' })).toBe(200);
    expect(await ping({ sub: 'bob', roles: ['team'] })).toBe(404);
    expect(await ping({ exp: inSeconds(-600) })).toBe(401);
    expect(await ping({ jti: '3' })).toBe(200);
  });

  it('has a stream that ends when the token of the stream ends, and can be opened again with a new one', async () => {
    const { gateway } = await gatewayWithSignIn({}, { clockToleranceSeconds: 0 });
    const session = await begin(gateway.url, await bearer());
    const short = await openStream(gateway.url, session, await bearer({ exp: inSeconds(8) }));
    let hasEnded = false;
    short.resume().once('close', () => (hasEnded = true));
    await delay(1_000);
    expect(hasEnded).toBe(false);
    await waitFor('the stream to end', () => hasEnded, 20_000);
    const again = await openStream(gateway.url, session, await bearer());
    expect(again.statusCode).toBe(200);
  });
});

describe('an answer without a session', () => {
  it.each([
    ['to subscriptions/listen ends with the token', 'subscriptions/listen', true],
    ['to a call may finish', 'tools/call', false],
  ])('%s', async (_what, method, ends) => {
    const server = await startUpstream((_req, res) =>
      res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begun\n\n'),
    );
    const gateway = await startGateway({
      routes: [routeTo(server.endpoint, { createdBy: 'alice', affinity: 'none' })],
      issuers: [{ issuer: issuer.issuer, audiences: ['gateway'], clockToleranceSeconds: 0 }],
    });
    const stream = await open(`${gateway.url}/adapters/echo/mcp`, {
      body: message(method),
      headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method, ...(await bearer({ exp: inSeconds(8) })) },
    });
    let hasEnded = false;
    stream.resume().once('close', () => (hasEnded = true));
    await delay(1_000);
    expect(hasEnded).toBe(false);
    if (ends) return waitFor('the stream to end', () => hasEnded, 20_000);
    await delay(9_000); // the end of the token, and the check after it
    expect(hasEnded).toBe(false);
  });
});

it('a token that its issuer cannot be asked about is answered with 503, not with 401', async () => {
  const { mcp } = await gatewayWithSignIn();
  issuer.state.isDown = true;
  const answer = await send(mcp, { body: PING, headers: await bearer() });
  issuer.state.isDown = false;
  expect([answer.status, answer.header('retry-after')]).toEqual([503, '15']);
});
