import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { send } from '../support/http.js';
import { NO_SUCH_ADAPTER, rpcError } from './support/rpc-error.js';
import { newKey, startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import {
  INITIALIZE,
  initialize,
  inSession,
  lastSeen,
  openSession,
  startSessionServer,
  type SessionServer,
} from './support/session-server.js';
import { startReplica } from './support/replica.js';
import { begin, whereIs } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const TITLE = 'There is no such session; initialize a new one';
const NO_SESSION = rpcError(-32004, TITLE, 'SESSION_NOT_FOUND');
const REPLICA_GONE = rpcError(-32004, `${TITLE}: the replica that held it is gone`, 'SESSION_NOT_FOUND');

describe('a session id', () => {
  let server: SessionServer;
  let gateway: Gateway;

  beforeEach(async () => {
    server = await startSessionServer();
    gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
  });

  it("is the gateway's own, and the server's never reaches the client", async () => {
    const { headers, text } = await initialize(gateway.url);
    const ids = headers.filter(([name]) => name.toLowerCase() === 'mcp-session-id');
    expect(ids).toHaveLength(1);
    const [, id = ''] = ids[0] ?? [];
    expect(id).toMatch(/^[\w-]+$/);
    expect(Buffer.from(id, 'base64url').toString('latin1')).not.toContain(server.ids[0]);
    expect(JSON.stringify([headers, text])).not.toContain(server.ids[0]);
  });

  it("is the server's own id at the server", async () => {
    const id = await openSession(gateway.url);
    for (const method of ['POST', 'GET', 'DELETE']) {
      expect((await inSession(gateway.url, id, { method })).text).toBe(server.ids[0]);
      expect(lastSeen(server).header('mcp-session-id')).toEqual(server.ids);
    }
  });

  it('differs for each session, and for the same session of the server', async () => {
    const same = await startUpstream((_req, res) => res.setHeader('mcp-session-id', 'same').end());
    await gateway.publish(routeTo(same.endpoint));
    expect(await openSession(gateway.url)).not.toBe(await openSession(gateway.url));
  });

  it("is recorded in Redis with the client's initialize", async () => {
    await openSession(gateway.url);
    const [key] = await gateway.redis.keys(gateway.keyOf('*'));
    expect(await gateway.redis.hGetAll(key as string)).toEqual({
      format: '1',
      kind: 'adapter',
      name: 'echo',
      resourceId: 'adapter-1',
      caller: 'alice',
      endpointId: server.endpoint.id,
      upstreamId: server.ids[0],
      openedAt: expect.stringMatching(/^\d{10}$/),
      moves: '0',
      recentMoves: '0',
      recentSince: '0',
      initialize: INITIALIZE,
    });
    expect(await gateway.redis.ttl(key as string)).toBeGreaterThan(7 * 24 * 3600);
  });

  it("is recorded in Redis without the client's initialize when that is too long", async () => {
    const body = INITIALIZE.replace('"capabilities":{}', `"capabilities":{"x":"${'x'.repeat(64 * 1024)}"}`);
    expect((await send(`${gateway.url}/adapters/echo/mcp`, { body })).header('mcp-session-id')).toBeDefined();
    const [key] = await gateway.redis.keys(gateway.keyOf('*'));
    expect(await gateway.redis.hGetAll(key as string)).not.toHaveProperty('initialize');
  });

  it('stays the same when the server repeats its own id with every answer', async () => {
    const echoing = await startSessionServer({ echo: true });
    await gateway.publish(routeTo(echoing.endpoint));
    const id = await openSession(gateway.url);
    for (const method of ['POST', 'GET', 'POST']) {
      const { headers } = await inSession(gateway.url, id, { method });
      expect(headers.filter(([name]) => name.toLowerCase() === 'mcp-session-id')).toEqual([[expect.anything(), id]]);
      expect(JSON.stringify(headers)).not.toContain('raw-session');
    }
  });

  it('is a new one when the client initializes within a session', async () => {
    const id = await openSession(gateway.url);
    const renewed = (await inSession(gateway.url, id, { body: INITIALIZE })).header('mcp-session-id') as string;
    expect(renewed).not.toBe(id);
    expect((await inSession(gateway.url, renewed)).text).toBe(server.ids[1]);
    expect((await inSession(gateway.url, id)).text).toBe(server.ids[0]);
  });

  it.each([
    ['a GET', 'GET', 200],
    ['an error', 'POST', 400],
    ['a redirect', 'POST', 302],
  ])('does not come from the answer to %s', async (_name, method, status) => {
    const upstream = await startUpstream((_req, res) => res.writeHead(status, { 'mcp-session-id': 'raw' }).end());
    await gateway.publish(routeTo(upstream.endpoint));
    const answer = await send(`${gateway.url}/adapters/echo/mcp`, { method });
    expect(answer.status).toBe(status);
    expect(answer.header('mcp-session-id')).toBeUndefined();
    expect(await gateway.redis.keys(gateway.keyOf('*'))).toEqual([]);
  });
});

describe('an unknown session', () => {
  let server: SessionServer;
  let gateway: Gateway;
  let id: string;

  beforeEach(async () => {
    server = await startSessionServer();
    gateway = await startGateway({ routes: [routeTo(server.endpoint, { requiredRoles: ['mcp.dev'] })] });
    id = await openSession(gateway.url);
    server.seen.length = 0;
  });

  /** The answer to each method, after a check that the server got no request. */
  async function answersTo(sent: string | string[], headers = {}): Promise<(string | number)[][]> {
    const answers: (string | number)[][] = [];
    for (const method of ['POST', 'GET', 'DELETE']) {
      const { status, header, text } = await inSession(gateway.url, sent, { method, headers });
      expect(header('content-type')).toBe('application/json');
      expect(header('mcp-session-id')).toBeUndefined();
      answers.push([status, text]);
    }
    expect(server.seen).toEqual([]);
    return answers;
  }
  const unknown = (text = NO_SESSION) => [404, 404, 404].map((status) => [status, text]);

  const made: [string, (id: string) => string | string[]][] = [
    ['made up', () => 'garbage'],
    ['empty', () => ''],
    ['as long as no id can be', () => 'A'.repeat(10 * 1024)],
    ['not in the alphabet', () => 'caf\u00e9 ?='],
    ["the server's own", () => server.ids[0] as string],
    ['with one character changed', (real) => `${real.slice(0, 50)}${real[50] === 'A' ? 'B' : 'A'}${real.slice(51)}`],
    ['with its last character changed', (real) => `${real.slice(0, -1)}${real.endsWith('A') ? 'Q' : 'A'}`],
    ['cut short', (real) => real.slice(0, -1)],
    ['with something after it', (real) => `${real}A`],
    ['padded', (real) => `${real}=`],
    ['with its parts in another order', (real) => real.slice(60) + real.slice(0, 60)],
    ['with two of its parts exchanged', (real) => swapped(real, 20, 40)],
    ['backwards', (real) => real.split('').toReversed().join('')],
    ['twice in a row', (real) => real + real],
    ['sent twice', (real) => [real, real]],
  ];
  it.each(made)('is 404: %s', async (_name, make) => {
    expect(await answersTo(make(id))).toEqual(unknown());
  });

  it('cannot be chosen by the client that opens a session', async () => {
    for (const chosen of ['a'.repeat(100), '00000000-0000-4000-8000-000000000000']) {
      const answer = await inSession(gateway.url, chosen, { body: INITIALIZE });
      expect([answer.status, answer.header('mcp-session-id')]).toEqual([404, undefined]);
    }
    // bob cannot use one of alice's either, not even to open a session.
    const planted = await inSession(gateway.url, id, { body: INITIALIZE, headers: { 'x-dev-userid': 'bob' } });
    expect([planted.status, planted.header('mcp-session-id')]).toEqual([404, undefined]);
  });

  it.each([
    ['another caller', { 'x-dev-userid': 'bob' }],
    ['an admin', { 'x-dev-userid': 'root', 'x-dev-roles': 'mcp.admin' }],
    ['the name of the caller in capitals', { 'x-dev-userid': 'Alice' }],
  ])('is 404 for %s', async (_name, headers) => {
    expect(await answersTo(id, headers)).toEqual(unknown());
  });

  it('is 404 on another adapter, even one of the same server', async () => {
    const route = routeTo(server.endpoint);
    await gateway.publish(route, { ...route, name: 'other', resourceId: 'adapter-2' });
    expect(await inSession(gateway.url, id, {}, 'other')).toMatchObject({ status: 404, text: NO_SESSION });
    expect((await inSession(gateway.url, id)).status).toBe(200);
  });

  it('is 404 on an adapter that was created anew with the same name', async () => {
    await gateway.publish(routeTo(server.endpoint, { resourceId: 'adapter-2' }));
    expect(await answersTo(id)).toEqual(unknown());
  });

  it('is 404 in another installation', async () => {
    gateway = await startGateway({ routes: [routeTo(server.endpoint, { requiredRoles: ['mcp.dev'] })] });
    expect(await answersTo(id)).toEqual(unknown());
  });

  it('is 404 when its replica has been replaced and its adapter disables recovery', async () => {
    const changes: Partial<Route> = { requiredRoles: ['mcp.dev'], sessionRecovery: 'terminate' };
    await gateway.publish(routeTo({ ...server.endpoint, id: 'successor' }, changes));
    const [first] = unknown(REPLICA_GONE);
    expect(await answersTo(id)).toEqual([first, ...unknown().slice(1)]); // by then it has ended
  });

  it('does not hide that the caller has lost the permission to use the adapter', async () => {
    await gateway.publish(routeTo(server.endpoint, { createdBy: 'bob' }));
    const body = rpcError(-32003, NO_SUCH_ADAPTER.message, 'ADAPTER_NOT_FOUND');
    expect(await inSession(gateway.url, id)).toMatchObject({ status: 404, text: body });
  });
});

const swapped = (text: string, a: number, b: number) =>
  text.slice(0, a) + text.slice(b, b + 10) + text.slice(a + 10, b) + text.slice(a, a + 10) + text.slice(b + 10);

describe('session keys', () => {
  it('rotate without ending a session, at each step on one data plane after the other', async () => {
    const [first, second] = [newKey(), newKey()];
    const server = await startSessionServer();
    const before = await startGateway({ routes: [routeTo(server.endpoint)], keys: first });
    const withKeys = (...keys: string[]) => before.join({ keys: keys.join(',') });
    const behind = await withKeys(first, second);
    const inFront = await withKeys(second, first);
    const alone = await withKeys(second);

    const sideBySide: [DataPlane, DataPlane][] = [
      [before, behind],
      [behind, inFront],
    ];
    for (const [one, other] of sideBySide.flatMap(([last, next]) => [[last, next] as const, [next, last] as const])) {
      const id = await openSession(one.url);
      expect((await inSession(other.url, id)).text).toBe(server.ids.at(-1));
    }
    const [old, fresh] = [await openSession(behind.url), await openSession(inFront.url)];
    expect((await inSession(alone.url, fresh)).text).toBe(server.ids.at(-1));
    expect(await inSession(alone.url, old)).toMatchObject({ status: 404, text: NO_SESSION });
    expect((await inSession(before.url, fresh)).text).toEqual(NO_SESSION); // so all data planes need the key before one seals with it
  });

  it('rotate while a session is relocated: it keeps its id, whichever key has sealed it', async () => {
    const [first, second] = [newKey(), newKey()];
    const [gone, there] = [await startReplica(), await startReplica()];
    const before = await startGateway({ routes: [routeTo(gone.endpoint)], keys: first });
    const session = await begin(before.url);
    const during = await before.join({ keys: `${second},${first}` });
    await before.publish(routeTo([gone.endpoint, there.endpoint]));
    await gone.kill();
    expect(await whereIs(during.url, session)).toBe(there.endpoint.id);
    expect(await whereIs(before.url, session)).toBe(there.endpoint.id);
    const after = await before.join({ keys: second });
    expect((await inSession(after.url, session)).status).toBe(404);
  });
});
