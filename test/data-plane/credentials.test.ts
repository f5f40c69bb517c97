import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { sessionRecords } from '@mcp-gateway/sessions';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startClientProvider, startTokenServer } from '../support/authorization-server.js';
import { open, send } from '../support/http.js';
import { startIssuer, type TestIssuer } from '../support/issuer.js';
import { waitFor } from '../support/wait.js';
import { gatewayWithCredential, INTERNAL_SECRET as SECRET } from './support/credentials.js';
import type { DataPlaneOptions } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, message, openStream } from './support/rpc.js';
import { startSdkServer } from './support/sdk-server.js';
import { startUpstream, type Seen } from './support/upstream.js';

const CALL = message('tools/call', { name: 'who' });

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const bearer = async (sub: string, ...roles: string[]) => ({
  authorization: `Bearer ${await issuer.token({ sub, roles: ['team', ...roles] })}`,
});

/** Calls come from alice, who may use the adapter. */
async function gatewayWith(...of: DropFirst<Parameters<typeof gatewayWithCredential>>) {
  const gateway = await gatewayWithCredential(issuer, ...of);
  const call = async (sub = 'alice', headers: Record<string, string> = {}) =>
    send(gateway.mcp, { body: CALL, headers: { ...(await bearer(sub)), ...headers } });
  return { ...gateway, call };
}
type DropFirst<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

/** A server that says who is let in, and answers with the subject. */
const startChecking = (subjectOf: (req: IncomingMessage, seen: Seen) => Promise<string | undefined>) =>
  startUpstream(async (req, res, seen) => {
    const subject = await subjectOf(req, seen);
    if (subject === undefined) return res.writeHead(401, { 'www-authenticate': 'Bearer realm="backend"' }).end();
    return res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { subject } }));
  });

const subjectIn = ({ text }: { text: string }) => (JSON.parse(text) as { result: { subject: string } }).result.subject;
const errorIn = ({ text }: { text: string }) =>
  (JSON.parse(text) as { error: { code: number; message: string; data?: { code?: string } } }).error;

describe('a header from a file', () => {
  it('reaches the server instead of what the client sends under that name, and the token of the caller does not', async () => {
    const server = await startChecking(async (_req, { header }) => header('x-api-key').join());
    const { call, log } = await gatewayWith({ type: 'header', header: 'X-Api-Key', value: 's3cret' }, server.endpoint);
    const answer = await call('alice', { 'x-api-key': 'mine', X_Api_Key: 'mine too' });
    expect(subjectIn(answer)).toBe('s3cret');
    expect(server.seen[0]?.headers.filter(([name]) => /authorization|api.key/i.test(name))).toEqual([
      ['x-api-key', 's3cret'],
    ]);
    expect(log()).not.toContain('s3cret');
    expect(log()).not.toContain(SECRET);
  });

  it('that the server refuses is read again for the next request, and the client is not told to sign in', async () => {
    const server = await startChecking(async (_req, { header }) =>
      header('authorization').join() === 'Bearer second' ? 'let in' : undefined,
    );
    const { call, write } = await gatewayWith({ type: 'header', value: 'Bearer first' }, server.endpoint);
    const refused = await call();
    expect([refused.status, refused.header('www-authenticate')]).toEqual([502, undefined]);
    expect(errorIn(refused).message).toContain('refused the credential of the gateway; the call did not run');
    await write({ type: 'header', value: 'Bearer second' });
    expect(subjectIn(await call())).toBe('let in');
  });
});

it('a client of the SDK calls a server with a token of client credentials, which all callers share', async () => {
  const client = { clientId: 'gateway', clientSecret: 'a-secret-of-the-gateway' };
  const provider = await startClientProvider(client);
  const keys = createRemoteJWKSet(provider.keys);
  const server = await startSdkServer(async ({ headers }) => {
    const token = headers.authorization?.replace('Bearer ', '') ?? '';
    const { payload } = await jwtVerify(token, keys, { audience: 'https://backend.example.com' });
    return payload.sub === client.clientId || payload['client_id'] === client.clientId;
  });
  const { mcp } = await gatewayWith(
    {
      type: 'client-credentials',
      tokenEndpoint: provider.tokenEndpoint,
      ...client,
      scope: 'backend.use',
      resource: 'https://backend.example.com',
    },
    server.endpoint,
  );
  for (const sub of ['alice', 'bob']) {
    const headers = await bearer(sub);
    const sdk = new Client({ name: 'test', version: '1.0.0' });
    await sdk.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit: { headers } }));
    const { content } = await sdk.callTool({ name: 'count', arguments: {} });
    expect(content).toEqual([{ type: 'text', text: '1' }]);
    await sdk.close();
  }
  expect(provider.issued()).toBe(1);
});

describe('the token of a caller', () => {
  const exchange = async (more: object = {}, options: DataPlaneOptions = {}) => {
    const tokens = await startTokenServer();
    const server = await startChecking((req) => tokens.subjectOf(req));
    const client = { tokenEndpoint: tokens.url, clientId: 'gate way', clientSecret: 's3cret+/' };
    const gateway = await gatewayWith({ type: 'token-exchange', ...client, ...more }, server.endpoint, options);
    return { tokens, server, ...gateway };
  };

  it('is exchanged by RFC 8693 with all that the operator has set', async () => {
    const { tokens, call, log } = await exchange({ audience: 'backend', resource: 'https://b.example', scope: 'a b' });
    expect(subjectIn(await call())).toBe('alice');
    const [request, ...others] = tokens.requests;
    expect(others).toEqual([]);
    expect(request).toEqual({
      authorization: `Basic ${Buffer.from('gate+way:s3cret%2B%2F').toString('base64')}`,
      params: {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: expect.stringMatching(/^ey/),
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'backend',
        resource: 'https://b.example',
        scope: 'a b',
      },
    });
    for (const secret of ['s3cret', request?.params['subject_token'] ?? '?']) expect(log()).not.toContain(secret);
  });

  it('is used on behalf of the caller as Entra ID requires', async () => {
    const { tokens, call } = await exchange({
      type: 'on-behalf-of',
      clientAuthentication: 'post',
      scope: 'api://backend/.default',
    });
    expect(subjectIn(await call())).toBe('alice');
    expect(tokens.requests).toEqual([
      {
        authorization: undefined,
        params: {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          client_id: 'gate way',
          client_secret: 's3cret+/',
          assertion: expect.stringMatching(/^ey/),
          requested_token_use: 'on_behalf_of',
          scope: 'api://backend/.default',
        },
      },
    ]);
  });

  it('never serves another caller, in 200 interleaved pairs of calls', async () => {
    const { tokens, mcp } = await exchange();
    const [alice, bob] = [await bearer('alice'), await bearer('bob')];
    const as = async (headers: Record<string, string>) => subjectIn(await send(mcp, { body: CALL, headers }));
    for (let round = 0; round < 20; round += 1) {
      const pairs = Array.from({ length: 10 }, () => [as(alice), as(bob)]);
      expect(await Promise.all(pairs.flat())).toEqual(pairs.flatMap(() => ['alice', 'bob']));
    }
    expect(tokens.requests).toHaveLength(2);
  });

  it('is exchanged again when the caller has a new one, with other roles perhaps', async () => {
    const { tokens, mcp } = await exchange();
    for (const roles of [[], ['more']]) {
      const headers = await bearer('bob', ...roles);
      expect(subjectIn(await send(mcp, { body: CALL, headers }))).toBe('bob');
    }
    expect(tokens.requests).toHaveLength(2);
  });

  it('goes on while the control plane is down, until it ends, and is renewed ahead when it is up', async () => {
    const { tokens, clock, gateway, server } = await exchange();
    const dead = await gateway.join({ controlPlane: 'http://127.0.0.1:1' });
    tokens.state.expiresIn = 100;
    const headers = await bearer('alice');
    const at = async (ms: number) => {
      clock.ms = ms;
      const answer = await send(`${gateway.url}/adapters/echo/mcp`, { body: CALL, headers });
      return answer.status === 200 ? subjectIn(answer) : errorIn(answer).message;
    };
    expect(await at(0)).toBe('alice');
    expect(await at(70_000)).toBe('alice');
    expect(tokens.requests).toHaveLength(1);
    expect(await at(90_000)).toBe('alice'); // and a new one is requested meanwhile
    await waitFor('the next token to be in use', async () => {
      await at(90_000);
      return new Set(server.seen.map(({ header }) => header('authorization')[0])).size === 2;
    });
    expect(tokens.requests).toHaveLength(2);
    tokens.state.isDown = true;
    expect(await at(180_000)).toBe('alice');
    expect(await at(195_000)).toContain('is not available');
    tokens.state.isDown = false;
    expect(await at(200_000)).toBe('alice');
    const down = await send(`${dead.url}/adapters/echo/mcp`, { body: CALL, headers });
    expect([down.status, errorIn(down).message]).toEqual([503, expect.stringContaining('the control plane')]);
  });

  it('is a new one on a stream that is opened again after the first has ended', async () => {
    const tokens = await startTokenServer();
    tokens.state.expiresIn = 100;
    const [first, second] = [await startReplica(), await startReplica()];
    const client = { tokenEndpoint: tokens.url, clientId: 'gateway', clientSecret: 's3cret' };
    const { gateway, route, clock } = await gatewayWith({ type: 'token-exchange', ...client }, [first.endpoint]);
    const headers = await bearer('alice');
    const stream = await openStream(gateway.url, await begin(gateway.url, headers), headers);
    stream.resume();
    clock.ms = 150_000;
    await gateway.publish({ ...route, endpoints: [second.endpoint] });
    await first.kill();
    const opened = () => second.received.find(({ method }) => method === 'GET');
    await waitFor('the stream on the other replica', () => opened() !== undefined);
    stream.destroy();
    const tokensOf = ({ received }: typeof first) => new Set(received.map((each) => each.headers.authorization));
    expect([tokensOf(first).size, tokensOf(second).size]).toEqual([1, 1]);
    expect(tokensOf(second)).not.toEqual(tokensOf(first));
    expect(await Promise.all(second.received.map(tokens.subjectOf))).toEqual(second.received.map(() => 'alice'));
  });

  it('is not sent anywhere with development sign-in, where nobody has checked it', async () => {
    const { tokens, mcp } = await exchange({}, { issuers: undefined } as never);
    const answer = await send(mcp, { body: CALL, headers: { authorization: 'Bearer a.b.c' } });
    expect([answer.status, errorIn(answer).message]).toEqual([
      502,
      expect.stringContaining('sign in with an access token'),
    ]);
    expect(tokens.requests).toEqual([]);
  });
});

describe('every request to the server has the credential', () => {
  const credential = { type: 'header', value: 'Bearer s3cret' };
  const withoutOne = (received: { method: string; headers: IncomingMessage['headers'] }[]) =>
    received.filter(({ headers }) => headers.authorization !== 'Bearer s3cret').map(({ method }) => method);

  it('of a session: messages, its stream, a replay on another replica, and the DELETE of the gateway itself', async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const { gateway, route, mcp } = await gatewayWith(credential, [first.endpoint]);
    const headers = await bearer('alice');
    const session = await begin(gateway.url, headers);
    const inSession = { ...headers, 'mcp-session-id': session };
    const stream = await openStream(gateway.url, session, headers);
    await send(mcp, { body: CALL, headers: inSession });
    await gateway.publish({ ...route, endpoints: [second.endpoint] });
    await first.kill();
    expect((await send(mcp, { body: CALL, headers: inSession })).status).toBe(200);
    stream.destroy();
    const records = sessionRecords(gateway.redis, gateway.prefix);
    const ref = { kind: 'adapter', resourceId: route.resourceId } as const;
    const [id = ''] = await gateway.redis.zRange(records.keys.used(ref), 0, -1);
    const told = { now: 1, keepSeconds: 60, tellServer: true };
    await records.close({ id, ...ref, caller: 'alice' }, adapterRef('echo'), told);
    await waitFor('the DELETE', () => second.received.some(({ method }) => method === 'DELETE'));
    const methods = ['initialize', 'notifications/initialized', 'tools/call'];
    expect(first.received.map(({ method }) => method)).toEqual(expect.arrayContaining([...methods, 'GET']));
    expect(second.received.map(({ method }) => method)).toEqual(expect.arrayContaining(methods));
    expect([withoutOne(first.received), withoutOne(second.received)]).toEqual([[], []]);
  });

  it('of the older transport: the stream and its messages', async () => {
    const server = await startUpstream((req, res) => {
      if (req.method !== 'GET') return res.writeHead(202).end();
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      return res.write('event: endpoint\ndata: /messages?id=1\n\n');
    });
    const { gateway } = await gatewayWith(credential, server.endpoint);
    const headers = await bearer('alice');
    const stream = await open(`${gateway.url}/adapters/echo/sse`, { method: 'GET', headers });
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    const path = /data: (\S+)/.exec(chunk.toString())?.[1] ?? '';
    const posted = await send(new URL(path, `${gateway.url}/adapters/echo/sse`).href, { body: CALL, headers });
    stream.destroy();
    expect([posted.status, ...server.seen.map(({ method, header }) => [method, header('authorization')])]).toEqual([
      202,
      ['GET', ['Bearer s3cret']],
      ['POST', ['Bearer s3cret']],
    ]);
  });
});

it('clients cannot ask for credentials themselves', async () => {
  const server = await startReplica();
  const { gateway, route } = await gatewayWith({ type: 'header', value: 'Bearer s3cret' }, server.endpoint);
  const answer = await send(`${gateway.url}/internal/credentials`, {
    headers: { 'x-mcp-gateway-secret': SECRET, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'echo', resourceId: route.resourceId }),
  });
  expect([answer.status, answer.text.includes('s3cret')]).toEqual([404, false]);
});
