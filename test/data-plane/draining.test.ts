import { once } from 'node:events';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, openStream, rpc, whereIs } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list', 'Mcp-Session-Id': 'none' };

let first: Replica;
let second: Replica;
let gateway: Gateway;
let other: DataPlane;

beforeEach(async () => {
  [first, second] = [await startReplica(), await startReplica()];
  gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
  other = await gateway.join();
});

/** The endpoint as the worker publishes it for a replica that will end in so many seconds. */
const draining = ({ endpoint }: Replica, seconds = 60): Endpoint => ({
  ...endpoint,
  ready: false,
  draining: true,
  drainUntil: new Date(Date.now() + seconds * 1000).toISOString(),
});
const drainFirst = (seconds = 60, changes: Partial<Route> = {}) =>
  gateway.publish(routeTo([draining(first, seconds), second.endpoint], changes));
const count = ({ received }: Replica, what: string) => received.filter(({ method }) => method === what).length;

describe('a replica that is draining', () => {
  it('gets no new sessions, and no requests without a session', async () => {
    await drainFirst();
    for (let round = 0; round < 5; round++) {
      expect(await whereIs(gateway.url, await begin(gateway.url))).toBe(second.endpoint.id);
      await send(`${gateway.url}/adapters/echo/mcp`, { headers: MODERN, body: '{}' });
    }
    expect(first.received).toEqual([]);
  });

  it('loses its idle sessions at their next request, without an effect for their clients', async () => {
    const sessions = [await begin(gateway.url), await begin(other.url), await begin(gateway.url)];
    await drainFirst();
    for (const plane of [gateway, other]) {
      for (const session of sessions) expect(await whereIs(plane.url, session)).toBe(second.endpoint.id);
    }
    expect([count(second, 'initialize'), second.sessions.size]).toEqual([3, 3]);
    expect(count(first, 'tools/call')).toBe(0);
  });

  it('keeps a session while a call is under way, and loses it then', async () => {
    const session = await begin(gateway.url);
    const held = first.hold('vendor/slow');
    const slow = rpc(gateway.url, session, 'vendor/slow');
    const res = await held;
    await drainFirst();
    expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    res.end('{"jsonrpc":"2.0","id":1,"result":{"done":true}}');
    expect((await slow).json.result).toEqual({ done: true });
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
  });

  it('loses a session at the last moment, and may finish the call under way', async () => {
    const session = await begin(gateway.url);
    const held = first.hold('vendor/slow');
    const slow = rpc(gateway.url, session, 'vendor/slow');
    const res = await held;
    await drainFirst(0.5);
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    res.end('{"jsonrpc":"2.0","id":1,"result":{"done":true}}');
    expect((await slow).json.result).toEqual({ done: true });
  });

  it('is not tried again when a connection to it breaks', async () => {
    const session = await begin(gateway.url);
    const held = first.hold('tools/list');
    const list = rpc(gateway.url, session, 'tools/list');
    const res = await held;
    await drainFirst();
    res.destroy();
    expect((await list).json.result.name).toBe(second.endpoint.id);
    expect(count(first, 'tools/list')).toBe(1);
  });

  it('loses the streams of its sessions on every data plane', async () => {
    const session = await begin(gateway.url);
    const stream = await openStream(other.url, session);
    await waitFor('the stream', () => [...first.sessions.values()].some(Boolean));
    await drainFirst(2);
    const moved = await waitFor('the stream', () => [...second.sessions].find(([, opened]) => opened)?.[0]);
    second.notify(moved, 'from the second');
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('event: message\ndata: "from the second"\n\n');
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    expect(count(second, 'initialize')).toBe(1);
  });

  it('loses a stream only when no call is under way', async () => {
    const session = await begin(gateway.url);
    const stream = await openStream(gateway.url, session);
    const held = first.hold('vendor/slow');
    const slow = rpc(gateway.url, session, 'vendor/slow');
    const res = await held;
    await drainFirst();
    for (let round = 0; round < 5; round++) expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    await slow;
    await waitFor('the stream', () => [...second.sessions.values()].some(Boolean));
    stream.destroy();
  });

  it('keeps its sessions while no other replica is ready', async () => {
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([draining(first)]));
    expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    await drainFirst();
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
  });

  it('keeps its sessions to the end when they are not recovered', async () => {
    const terminate = { sessionRecovery: 'terminate' } as const;
    const session = await begin(gateway.url);
    await drainFirst(60, terminate);
    expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    await gateway.publish(routeTo(second.endpoint, terminate));
    expect((await callTool(gateway.url, session, 'who')).status).toBe(404);
  });

  it('loses its sessions to a replica that does not drain', async () => {
    const third = await startReplica();
    const sessions = await Promise.all(Array.from({ length: 6 }, () => begin(gateway.url)));
    await gateway.publish(
      routeTo([draining(first), { ...second.endpoint, updated: false }, { ...third.endpoint, updated: true }]),
    );
    const places = await Promise.all(sessions.map((session) => whereIs(gateway.url, session)));
    expect(new Set(places)).toEqual(new Set([third.endpoint.id]));
  });
});
