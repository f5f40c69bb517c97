import { beforeEach, describe, expect, it } from '@jest/globals';
import { startGateway, type DataPlane, type Gateway } from '../data-plane/support/gateway.js';
import { startReplica, type Replica } from '../data-plane/support/replica.js';
import { begin, callTool } from '../data-plane/support/rpc.js';
import { routeTo } from '../data-plane/support/upstream.js';
import { redisLine, type RedisLine } from '../support/redis-line.js';
import { connectRedis } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { caller, NOT_FOUND, problem, type Caller } from './support/callers.js';
import { specOf, startControlPlane } from './support/control-plane.js';
import { sessionService } from './support/sources.js';

const NO_SESSION = problem(404, 'SESSION_NOT_FOUND', 'There is no such session; initialize a new one');
const NOBODY = 'b8f3c1de-2d5e-4b7a-8a63-0f6f5f1f9c22';

let server: Replica;
let gateway: Gateway;
let other: DataPlane;
let line: RedisLine;
let url: string;
/** Owns the adapter; bob and carol may use it, root may do everything. */
let [alice, bob, carol, root, stranger]: Caller[] = [];

beforeEach(async () => {
  line = await redisLine();
  server = await startReplica();
  gateway = await startGateway();
  other = await gateway.join();
  const redis = await connectRedis(line.url);
  ({ url } = await startControlPlane({ sessions: sessionService(redis, gateway.prefix) }));
  [alice, bob, carol] = [caller(url, 'alice'), caller(url, 'bob', 'team'), caller(url, 'carol', 'team')];
  [root, stranger] = [caller(url, 'root', 'mcp.admin'), caller(url, 'stranger', 'others')];
  const { json } = await alice.post(specOf('echo', { requiredRoles: ['team'] }));
  await gateway.publish(routeTo(server.endpoint, { resourceId: json.id, requiredRoles: ['team'] }));
});

const as = (subject: string) => ({ 'x-dev-userid': subject, 'x-dev-roles': 'team' });
const list = async (who: Caller | undefined, query = '') => (await who?.get(`/adapters/echo/sessions${query}`))?.json;
const callersIn = (sessions: { caller: string }[]) => sessions.map((each) => each.caller).toSorted();
const end = (who: Caller | undefined, id: string) => who?.call('DELETE', `/adapters/echo/sessions/${id}`);

describe('GET /adapters/{name}/sessions', () => {
  it('shows a session without an id that gives access to it', async () => {
    const sealed = await begin(gateway.url);
    await waitFor('the version', async () => (await list(alice))[0]?.protocolVersion);
    const [session] = await list(alice);
    expect(session).toEqual({
      id: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
      caller: 'alice',
      client: { name: 'client', version: '7' },
      protocolVersion: '2025-11-25',
      endpoint: server.endpoint.id,
      moves: 0,
      openedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastUsedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const [raw] = server.sessions.keys();
    expect(JSON.stringify(session)).not.toContain(raw);
    expect(sealed).not.toContain(session.id);
    expect((await callTool(gateway.url, session.id, 'who')).status).toBe(404);
  });

  it('shows a caller its own sessions, and all of them to the creator and to admins', async () => {
    for (const subject of ['bob', 'bob', 'carol', 'alice']) await begin(gateway.url, as(subject));
    expect(callersIn(await list(bob))).toEqual(['bob', 'bob']);
    expect(callersIn(await list(carol))).toEqual(['carol']);
    for (const who of [alice, root]) expect(callersIn(await list(who))).toEqual(['alice', 'bob', 'bob', 'carol']);
    expect(await stranger?.get('/adapters/echo/sessions')).toMatchObject({ status: 404, json: NOT_FOUND });
  });

  it('shows no session of an earlier adapter of the same name', async () => {
    await begin(gateway.url);
    await alice?.remove('echo');
    await alice?.post(specOf('echo'));
    expect(await list(alice)).toEqual([]);
  });

  it('answers in pages', async () => {
    for (let i = 0; i < 5; i++) await begin(gateway.url);
    const all = (await list(alice)).map(({ id }: { id: string }) => id);
    expect(all).toEqual(all.toSorted());
    const pages: string[][] = [];
    for (let next: string | undefined = '/adapters/echo/sessions?limit=2'; next;) {
      const answer: Awaited<ReturnType<Caller['get']>> | undefined = await alice?.get(next);
      pages.push(answer?.json.map(({ id }: { id: string }) => id));
      next = /^<(.+)>; rel="next"$/.exec(answer?.headers.get('link') ?? '')?.[1];
    }
    expect(pages).toEqual([all.slice(0, 2), all.slice(2, 4), all.slice(4)]);
  });

  it('leaves out a session record of another version', async () => {
    await begin(gateway.url);
    await begin(gateway.url);
    const [first] = await list(alice);
    await gateway.redis.hSet((await gateway.redis.keys(gateway.keyOf(first.id, '*')))[0] ?? '', { format: 'later' });
    expect(await list(alice)).toHaveLength(1);
  });

  it('answers 503 while Redis is unavailable', async () => {
    line.cut();
    const answer = await alice?.get('/adapters/echo/sessions');
    expect(answer?.status).toBe(503);
    expect(answer?.headers.get('retry-after')).toBe('2');
    expect(answer?.json).toMatchObject({
      code: 'UNAVAILABLE',
      detail: 'Redis does not answer, so the sessions cannot be read now',
    });
  });
});

describe('DELETE /adapters/{name}/sessions/{id}', () => {
  const terminations = () => server.received.filter(({ method }) => method === 'DELETE');

  it('ends a session on every data plane, and terminates it on its server once', async () => {
    const sealed = await begin(gateway.url);
    for (const plane of [gateway, other]) expect((await callTool(plane.url, sealed, 'who')).status).toBe(200);
    const [{ id }] = await list(alice);

    expect(await end(alice, id)).toMatchObject({ status: 204, text: '' });

    for (const plane of [gateway, other]) {
      await waitFor(
        'the data plane to end the session',
        async () => (await callTool(plane.url, sealed, 'who')).status === 404,
      );
    }
    await waitFor('the termination', () => terminations().length > 0);
    expect(server.sessions.size).toBe(0);
    expect(terminations()).toHaveLength(1);
    expect(terminations()[0]?.headers).toMatchObject({ 'x-mcp-userid': 'alice', 'mcp-protocol-version': '2025-11-25' });
    expect(await list(alice)).toEqual([]);
    expect(await end(alice, id)).toMatchObject({ status: 404, json: NO_SESSION });
    const third = await gateway.join();
    expect((await callTool(third.url, sealed, 'who')).status).toBe(404);
  });

  it("ends a caller's own session, and any session for the creator and for admins", async () => {
    for (const subject of ['bob', 'carol']) await begin(gateway.url, as(subject));
    const [bobs] = await list(bob);
    const [carols] = await list(carol);
    expect(await end(bob, carols.id)).toMatchObject({ status: 404, json: NO_SESSION });
    expect(await end(stranger, carols.id)).toMatchObject({ status: 404, json: NOT_FOUND });
    expect(await end(bob, bobs.id)).toMatchObject({ status: 204 });
    expect(await end(root, carols.id)).toMatchObject({ status: 204 });
    expect(await list(alice)).toEqual([]);
  });

  it.each([NOBODY, 'garbage', '%00', '..%2f..'])('answers 404 for an id that is not a session: %s', async (id) => {
    expect(await end(alice, id)).toMatchObject({ status: 404 });
  });

  it('answers 404 for a session of another adapter, to every caller', async () => {
    await alice?.post(specOf('other'));
    await begin(gateway.url);
    const [{ id }] = await list(alice);
    expect(await alice?.call('DELETE', `/adapters/other/sessions/${id}`)).toMatchObject({
      status: 404,
      json: NO_SESSION,
    });
    expect(await list(alice)).toHaveLength(1);
  });

  it('answers 503 while Redis is unavailable', async () => {
    line.cut();
    expect(await end(alice, NOBODY)).toMatchObject({ status: 503, json: { code: 'UNAVAILABLE' } });
  });
});
