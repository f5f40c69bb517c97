import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Endpoint, Route } from '@mcp-gateway/common/contracts';
import { send, type Answer } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, message, openStream, whereIs } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' };
const OLDER = { 'Mcp-Protocol-Version': '2025-11-25' };
const NONE = { affinity: 'none' } as const;

let first: Replica;
let second: Replica;
let gateway: Gateway;

beforeEach(async () => {
  [first, second] = [await startReplica(), await startReplica()];
  gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
});

/** The endpoint as the worker publishes it for a replica that answers and will end in so many seconds. */
const draining = ({ endpoint }: Replica, seconds = 60): Endpoint => ({
  ...endpoint,
  ready: false,
  serving: true,
  draining: true,
  drainUntil: new Date(Date.now() + seconds * 1000).toISOString(),
});
/** The endpoint as the worker publishes it for a replica whose node does not answer. */
const silent = ({ endpoint }: Replica): Endpoint => ({ ...endpoint, ready: false, serving: true });

/** Requests without a session: of the stateless revision, or of an older one. */
const kinds: [what: string, changes: Partial<Route>, headers: Record<string, string>][] = [
  ['of the stateless revision', {}, MODERN],
  ['of an adapter without affinity', NONE, OLDER],
];
const request = (headers: Record<string, string>): Promise<Answer> =>
  send(`${gateway.url}/adapters/echo/mcp`, { headers, body: message('initialize', { protocolVersion: '2025-11-25' }) });

const initializations = ({ received }: Replica) => received.filter(({ method }) => method === 'initialize').length;

describe('when no endpoint is ready', () => {
  it.each(kinds)(
    'a request %s is answered by the draining endpoint, and by the next one once that is ready',
    async (_what, changes, headers) => {
      await gateway.publish(routeTo([draining(first)], changes));
      expect((await request(headers)).status).toBe(200);
      expect(initializations(first)).toBe(1);
      await gateway.publish(routeTo([draining(first), second.endpoint], changes));
      expect((await request(headers)).status).toBe(200);
      expect([initializations(first), initializations(second)]).toEqual([1, 1]);
    },
  );

  it('a session opens on a draining endpoint, and is relocated like others', async () => {
    await gateway.publish(routeTo([draining(first)]));
    const [session, listening] = [await begin(gateway.url), await begin(gateway.url)];
    const stream = await openStream(gateway.url, listening);
    expect(await whereIs(gateway.url, session)).toBe(first.endpoint.id);
    await gateway.publish(routeTo([draining(first, 2), second.endpoint]));
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    await waitFor('the stream to move', () => [...second.sessions.values()].some(Boolean));
    stream.destroy();
  });

  it('an endpoint on an unreachable node is used, after draining ones', async () => {
    await gateway.publish(routeTo([silent(first)]));
    expect(await whereIs(gateway.url, await begin(gateway.url))).toBe(first.endpoint.id);
    await gateway.publish(routeTo([silent(first), draining(second)]));
    for (let round = 0; round < 4; round += 1)
      expect(await whereIs(gateway.url, await begin(gateway.url))).toBe(second.endpoint.id);
  });
});

describe('when no endpoint serves', () => {
  it.each<[what: string, before: () => Endpoint[]]>([
    ['none', () => []],
    ['one that fails its health check', () => [{ ...first.endpoint, ready: false }]],
    ['one whose time to drain is over', () => [draining(first, 0)]],
  ])('requests wait until one does, beside %s', async (_what, before) => {
    await gateway.publish(routeTo(before()));
    const waiting = [request(MODERN), begin(gateway.url)];
    await new Promise((resolve) => setTimeout(resolve, 300)); // long enough for a refusal
    await gateway.publish(routeTo([...before(), second.endpoint]));
    expect(await waiting[0]).toMatchObject({ status: 200 });
    expect(await whereIs(gateway.url, (await waiting[1]) as string)).toBe(second.endpoint.id);
    expect(first.received).toEqual([]);
  });

  it('a stream of the older transport waits, too', async () => {
    await gateway.publish(routeTo([]));
    const older = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end('event: endpoint\ndata: /message\n\n');
    });
    const stream = send(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    await gateway.publish(routeTo(older.endpoint));
    expect((await stream).text).toContain('event: endpoint');
  });

  it('a waiting request does not outlive the permission of its caller', async () => {
    const headers = { ...MODERN, 'x-dev-userid': 'bob', 'x-dev-roles': 'reader' };
    await gateway.publish(routeTo([], { requiredRoles: ['reader'] }));
    const waiting = request(headers);
    await gateway.publish(routeTo([], { requiredRoles: [] }));
    expect((await waiting).status).toBe(404);
  });

  it('a request goes to a replica that refused it once that replica listens', async () => {
    await first.kill();
    const waiting = [request(MODERN), begin(gateway.url)];
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    expect(await waiting[0]).toMatchObject({ status: 200 });
    expect(await whereIs(gateway.url, (await waiting[1]) as string)).toBe(second.endpoint.id);
  });

  it('a session waits for the next replica when its own has ended and is still routed', async () => {
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([draining(first, 0)]));
    const place = whereIs(gateway.url, session);
    await gateway.publish(routeTo([draining(first, 0), second.endpoint]));
    expect(await place).toBe(second.endpoint.id);
    expect(first.received.filter(({ method }) => method === 'tools/call')).toEqual([]);
  });
});
