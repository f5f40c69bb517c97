import { beforeEach, describe, expect, it } from '@jest/globals';
import { open, head } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, rpc, whereIs } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

const ONE = { sessions: { maxOpenPerCaller: 1 } };
const TERMINATE = { ...ONE, sessionRecovery: 'terminate' } as const;

let first: Replica;
let second: Replica;
let gateway: Gateway;

beforeEach(async () => {
  [first, second] = [await startReplica(), await startReplica()];
  gateway = await startGateway({ routes: [routeTo(first.endpoint, ONE)] });
});

const statusOf = async (session: string) => (await callTool(gateway.url, session, 'who')).status;

describe('a client that may have one session starts over after a 404', () => {
  it.each([
    ['the replica refuses connections', () => first.kill()],
    ['the replica has left the routes', () => gateway.publish(routeTo(second.endpoint, TERMINATE))],
    ['the server has forgotten it', async () => first.sessions.clear()],
  ])('when the session is not recovered: %s', async (_why, lose) => {
    await gateway.publish(routeTo(first.endpoint, TERMINATE));
    const session = await begin(gateway.url);
    await lose();
    expect(await statusOf(session)).toBe(404);
    await gateway.publish(routeTo(second.endpoint, TERMINATE));
    expect(await begin(gateway.url)).not.toBe(session);
  });

  it('when the session is not recovered, and its stream is requested first', async () => {
    await gateway.publish(routeTo(first.endpoint, TERMINATE));
    const session = await begin(gateway.url);
    first.sessions.clear();
    const headers = { 'Mcp-Session-Id': session };
    expect(head(await open(`${gateway.url}/adapters/echo/mcp`, { method: 'GET', headers })).status).toBe(404);
    expect(await begin(gateway.url)).not.toBe(session);
  });

  it('when the other replica speaks another version', async () => {
    const other = await startReplica({ protocolVersion: '2025-06-18' });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo(other.endpoint, ONE));
    expect(await statusOf(session)).toBe(404);
    expect(await begin(gateway.url)).not.toBe(session);
  });

  it('when every replica loses the session', async () => {
    const session = await begin(gateway.url);
    for (let round = 0; round < 10; round++) {
      first.sessions.clear();
      expect(await statusOf(session)).toBe(200);
    }
    first.sessions.clear();
    expect(await statusOf(session)).toBe(404);
    expect(await begin(gateway.url)).not.toBe(session);
  });

  it('when the server forgets the session right after its replay', async () => {
    const session = await begin(gateway.url);
    first.forgetAfter('notifications/initialized');
    first.sessions.clear();
    expect(await statusOf(session)).toBe(404);
    expect(await begin(gateway.url)).not.toBe(session);
  });
});

describe('a session that was answered 404', () => {
  it('does not come back with its replica, on any data plane', async () => {
    await gateway.publish(routeTo(first.endpoint, TERMINATE));
    const session = await begin(gateway.url);
    await gateway.publish(routeTo(second.endpoint, TERMINATE));
    expect(await statusOf(session)).toBe(404);
    await gateway.publish(routeTo(first.endpoint, TERMINATE));
    const other = await gateway.join();
    for (const { url } of [gateway, other]) expect((await callTool(url, session, 'who')).status).toBe(404);
  });

  it.each(['replay', 'terminate'] as const)('by a server that knows it continues (%s)', async (sessionRecovery) => {
    await gateway.publish(routeTo(first.endpoint, { ...ONE, sessionRecovery }));
    const session = await begin(gateway.url);
    first.refuse('vendor/unknown', 404);
    expect((await rpc(gateway.url, session, 'vendor/unknown')).status).toBe(404);
    expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
  });

  it('continues on a draining replica when it cannot be relocated', async () => {
    const other = await startReplica({ protocolVersion: '2025-06-18' });
    const session = await begin(gateway.url);
    const draining = { ...first.endpoint, ready: false, draining: true };
    await gateway.publish(routeTo([draining, other.endpoint], ONE));
    for (let round = 0; round < 2; round++) expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
  });
});
