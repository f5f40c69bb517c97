import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { ADAPTER_1 } from './support/upstream.js';
import { sessionRecords, type SessionRecords } from '@mcp-gateway/sessions';
import { bodyOf, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, message, rpc, whereIs } from './support/rpc.js';
import { inSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

let first: Replica;
let second: Replica;
let gateway: Gateway;
let other: DataPlane;
let records: SessionRecords;

beforeEach(async () => {
  [first, second] = [await startReplica(), await startReplica()];
  gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
  other = await gateway.join();
  records = sessionRecords(gateway.redis, gateway.prefix);
});

const initialized = ({ received }: Replica) => received.filter(({ method }) => method === 'initialize').length;
async function idOf(): Promise<string> {
  const [key = ''] = await gateway.redis.keys(gateway.keyOf('*'));
  return key.split(':').at(-1) as string;
}

describe('two requests that relocate a session at the same time', () => {
  it('wait for each other, and the second follows the first', async () => {
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const held = second.hold('initialize');
    await first.kill();
    const here = whereIs(gateway.url, session);
    await held;
    const there = whereIs(other.url, session);
    await waitFor('the other to have failed', () => other.upstreams.inFlight(first.endpoint) === 0);
    expect(initialized(second)).toBe(1);
    const third = await startReplica();
    await gateway.publish(routeTo([first.endpoint, { ...second.endpoint, ready: false }, third.endpoint]));
    (await held).destroy(); // makes the gateway try the third replica
    expect(await here).toBe(third.endpoint.id);
    expect(await there).toBe(third.endpoint.id);
    expect(initialized(third)).toBe(1);
  });

  it('do not both succeed when one was too slow: the gateway terminates its session', async () => {
    const session = await begin(gateway.url);
    const id = await idOf();
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const initialize = second.hold('initialize');
    await first.kill();
    const answer = callTool(gateway.url, session, 'who');
    const res = await initialize;
    // Meanwhile another data plane has relocated it.
    const third = await startReplica();
    await gateway.publish(routeTo([first.endpoint, second.endpoint, third.endpoint]));
    third.sessions.set('elsewhere', null);
    const recent = { recentMoves: 1, recentSince: 0 };
    expect(
      await records.move({ id, ...ADAPTER_1 }, adapterRef('echo'), 0, {
        endpointId: third.endpoint.id,
        upstreamId: 'elsewhere',
        ...recent,
      }),
    ).toBe(true);
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-11-25' } }));
    expect((await answer).json.result.content[0].text).toBe(third.endpoint.id);
    await waitFor('the session termination', () => second.received.some(({ method }) => method === 'DELETE'));
    expect(second.sessions.size).toBe(0);
  });
});

describe('a session that waits for a replica', () => {
  let session: string;
  beforeEach(async () => {
    session = await begin(gateway.url);
    await gateway.publish(routeTo({ ...first.endpoint, ready: false }));
    first.sessions.clear();
  });
  /** Sends a request, and waits until no replica is left. */
  async function call() {
    const answer = callTool(gateway.url, session, 'who');
    await waitFor('the ping', () => first.received.some(({ method }) => method === 'ping'));
    return { answer };
  }

  it('follows a relocation by another data plane meanwhile', async () => {
    const id = await idOf();
    const { answer } = await call();
    const third = await startReplica();
    third.sessions.set('elsewhere', null);
    const there = { ...third.endpoint, ready: false };
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false }, there])); // before the move, or it would lead nowhere
    const to = { endpointId: there.id, upstreamId: 'elsewhere', recentMoves: 1, recentSince: 0 };
    await records.move({ id, ...ADAPTER_1 }, adapterRef('echo'), 0, to);
    await gateway.publish(routeTo([second.endpoint, there]));
    expect((await answer).json.result.content[0].text).toBe(third.endpoint.id);
    expect(second.received).toEqual([]);
  });

  it('is lost when another adapter has taken the name', async () => {
    const { answer } = await call();
    await gateway.publish(routeTo(second.endpoint, { resourceId: 'adapter-2' }));
    expect((await answer).status).toBe(404);
    expect(second.received).toEqual([]);
  });
});

describe('a session that was closed', () => {
  it('is not replayed, although its replica does not know it', async () => {
    const session = await begin(gateway.url);
    await inSession(gateway.url, session, { method: 'DELETE' });
    await gateway.publish(routeTo(second.endpoint));
    expect((await callTool(other.url, session, 'who')).status).toBe(404);
    expect(second.received).toEqual([]);
  });

  it('during its relocation stays closed, and is terminated on the new replica', async () => {
    const session = await begin(gateway.url);
    const id = await idOf();
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const initialize = second.hold('initialize');
    await first.kill();
    const answer = callTool(gateway.url, session, 'who');
    const res = await initialize;
    await records.close({ id, ...ADAPTER_1, caller: 'alice' }, adapterRef('echo'), {
      now: 0,
      keepSeconds: 60,
      tellServer: false,
    });
    res.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { protocolVersion: '2025-11-25' } }));
    expect((await answer).status).toBe(404);
    await waitFor('the session termination', () => second.received.some(({ method }) => method === 'DELETE'));
  });
});

describe('a session that cannot be replayed', () => {
  it.each([
    ['its record is lost', async () => gateway.redis.del(await gateway.redis.keys(gateway.keyOf('*')))],
    [
      'the messages of the client exceed the buffer',
      async () => gateway.redis.hDel(gateway.keyOf(await idOf()), 'initialize'),
    ],
    [
      'the other replica speaks another version',
      async () => gateway.publish(routeTo((await startReplica({ protocolVersion: '2024-11-05' })).endpoint)),
    ],
  ])('is answered 404, so the client starts over: %s', async (_why, prepare) => {
    const session = await begin(gateway.url);
    await gateway.publish(routeTo(second.endpoint));
    await prepare();
    const { status, json } = await callTool(gateway.url, session, 'who');
    expect(status).toBe(404);
    expect(json.error.message).toBe('There is no such session; initialize a new one: the replica that held it is gone');
  });

  it('because it was not opened by an initialize, the only message that may be replayed', async () => {
    const calls: string[] = [];
    const server = await startUpstream(async (req, res, seen) => {
      calls.push((JSON.parse((await bodyOf(req)).toString()) as { method: string }).method);
      if (seen.header('mcp-session-id').length > 0) return res.writeHead(404).end();
      return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    await gateway.publish(routeTo(server.endpoint));
    const body = message('tools/call', { name: 'buy', initialize: '"initialize"' });
    const session = (await send(`${gateway.url}/adapters/echo/mcp`, { body })).header('mcp-session-id') as string;
    const { status, json } = await rpc(gateway.url, session, 'tools/list');
    expect([status, json.error.data.code]).toEqual([404, 'SESSION_NOT_FOUND']);
    expect(calls).toEqual(['tools/call', 'tools/list', 'ping']);
  });

  it('because every replica loses it soon is ended', async () => {
    const session = await begin(gateway.url);
    const statuses: number[] = [];
    for (let round = 0; round < 12; round++) {
      first.sessions.clear();
      statuses.push((await rpc(gateway.url, session, 'tools/list')).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(200), 404, 404]);
  });
});

describe('an end that the client requests', () => {
  it.each([
    ['refuses connections', () => first.kill()],
    ['is not in the routes', () => gateway.publish(routeTo(second.endpoint))],
  ])('needs no replica: the one that held the session %s', async (_how, lose) => {
    const session = await begin(gateway.url);
    await lose();
    expect((await inSession(gateway.url, session, { method: 'DELETE' })).status).toBe(200);
    expect((await callTool(gateway.url, session, 'who')).status).toBe(404);
    expect(second.received).toEqual([]);
  });
});
