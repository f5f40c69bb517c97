import { beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, rpc, whereIs } from './support/rpc.js';
import { routeTo } from './support/upstream.js';

const methods = ({ received }: Replica) => received.map(({ method }) => method);

describe.each([
  { answers: 'JSON', events: false },
  { answers: 'event streams', events: true },
])('a session whose replica is gone, of servers that answer with $answers', ({ events }) => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    first = await startReplica({ events });
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    session = await begin(gateway.url);
    second = await startReplica({ events });
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
  });

  it.each([
    ['it refuses connections', () => first.kill()],
    ['it is not in the routes', () => gateway.publish(routeTo(second.endpoint))],
    ['it has forgotten its sessions', async () => first.sessions.clear()],
  ])('continues under its id: %s', async (_how, lose) => {
    await lose();
    const after = await callTool(gateway.url, session, 'who');
    expect(after.status).toBe(200);
    expect([first, second].map(({ endpoint }) => endpoint.id)).toContain(after.json.result.content[0].text);
    for (let round = 0; round < 3; round++) expect((await callTool(gateway.url, session, 'who')).status).toBe(200);
  });

  it("is replayed with the client's initialize and settings", async () => {
    await rpc(gateway.url, session, 'logging/setLevel', { level: 'error' });
    await rpc(gateway.url, session, 'logging/setLevel', { level: 'info' });
    await rpc(gateway.url, session, 'resources/subscribe', { uri: 'file:///a' });
    await rpc(gateway.url, session, 'resources/subscribe', { uri: 'file:///b?ü' });
    await rpc(gateway.url, session, 'resources/subscribe', { uri: 'file:///c' });
    await rpc(gateway.url, session, 'resources/unsubscribe', { uri: 'file:///c' });
    await first.kill();
    await callTool(gateway.url, session, 'who');

    expect(methods(second)).toEqual([
      'initialize',
      'notifications/initialized',
      'logging/setLevel',
      'resources/subscribe',
      'resources/subscribe',
      'tools/call',
    ]);
    const [initialize, initialized, level, ...subscribed] = second.received;
    expect(initialize?.params).toEqual(first.received[0]?.params);
    expect(initialize?.session).toBeUndefined();
    const [now] = second.sessions.keys();
    for (const { session: used, headers } of [initialized, level, ...subscribed].flatMap((each) => each ?? [])) {
      expect(used).toBe(now);
      expect(headers['mcp-protocol-version']).toBe('2025-11-25');
      expect(headers['x-mcp-userid']).toBe('alice');
    }
    expect(level?.params).toEqual({ level: 'info' });
    const uris = subscribed.slice(0, 2).map(({ params }) => String(params['uri']));
    expect(new Set(uris)).toEqual(new Set(['file:///a', 'file:///b?ü']));
  });

  it.each([400, 200])('is replayed without settings that its server rejected, with the status %d', async (status) => {
    first.refuse('logging/setLevel', status);
    await rpc(gateway.url, session, 'logging/setLevel', { level: 'none' });
    await first.kill();
    await whereIs(gateway.url, session);
    expect(methods(second)).toEqual(['initialize', 'notifications/initialized', 'tools/call']);
  });

  it('is replayed with the settings before the rejected change', async () => {
    await rpc(gateway.url, session, 'logging/setLevel', { level: 'debug' });
    await rpc(gateway.url, session, 'resources/subscribe', { uri: 'file:///a' });
    for (const method of ['logging/setLevel', 'resources/unsubscribe']) first.refuse(method, 200);
    await rpc(gateway.url, session, 'logging/setLevel', { level: 'bogus' });
    await rpc(gateway.url, session, 'resources/unsubscribe', { uri: 'file:///a' });
    await first.kill();
    await whereIs(gateway.url, session);
    expect(second.received.slice(2, 4).map(({ params }) => params)).toEqual([{ level: 'debug' }, { uri: 'file:///a' }]);
  });

  it('is replayed on another replica when one has no room for it, and the full one gets one request', async () => {
    const third = await startReplica({ events });
    await gateway.publish(routeTo(third.endpoint));
    await begin(gateway.url); // gives the second less load, so that it is chosen first
    second.refuse('initialize', 429);
    await gateway.publish(routeTo([first.endpoint, second.endpoint, third.endpoint]));
    await first.kill();
    expect(await whereIs(gateway.url, session)).toBe(third.endpoint.id);
    expect(methods(second)).toEqual(['initialize']);
  });

  it('is replayed on the only remaining replica although that refused it a moment ago', async () => {
    second.refuse('initialize', 503);
    await first.kill();
    const after = whereIs(gateway.url, session);
    await waitFor('the refusal', () => methods(second).includes('initialize'));
    second.allow('initialize');
    expect(await after).toBe(second.endpoint.id);
  });

  it('is relocated once, however many requests and data planes need it at once', async () => {
    const other = await gateway.join();
    await first.kill();
    const answers = Array.from({ length: 20 }, (_, at) => whereIs(at % 2 ? other.url : gateway.url, session));
    expect(new Set(await Promise.all(answers))).toEqual(new Set([second.endpoint.id]));
    expect(methods(second).filter((method) => method === 'initialize')).toHaveLength(1);
    expect(second.sessions.size).toBe(1);
  });
});
