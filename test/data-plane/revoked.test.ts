import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { developmentVerifier, type Verifier } from '@mcp-gateway/identity';
import { bodyOf, open } from '../support/http.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { recordingLog } from './support/access-log.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, message, openStream } from './support/rpc.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const BOB = { 'x-dev-userid': 'bob', 'x-dev-roles': 'team' };
const TEAM = { createdBy: 'alice', requiredRoles: ['team'] };
const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'subscriptions/listen' };
const MAY_HAVE_RUN = 'the call may or may not have run';

/** Writes to every stream and then stays silent, and opens a session with `initialize`. */
const quietServer = () =>
  startUpstream(async (req, res) => {
    const text = (await bodyOf(req)).toString();
    if (text.includes('"initialize"')) return res.writeHead(200, { 'mcp-session-id': 'quiet' }).end('{}');
    if (text.includes('initialized')) return res.writeHead(202).end();
    const first = req.url === '/sse' ? 'event: endpoint\ndata: /messages?id=1\n\n' : ': begun\n\n';
    return res.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
  });

interface Way {
  route?: Partial<Route>;
  request: (url: string) => Promise<IncomingMessage>;
}
const call = (url: string, headers: Record<string, string> = {}) =>
  open(`${url}/adapters/echo/mcp`, { body: message('tools/call', {}, 'c'), headers: { ...BOB, ...headers } });
const inSession = async (url: string) => ({ 'Mcp-Session-Id': await begin(url, BOB) });
const TERMINATE = { sessionRecovery: 'terminate' } as const;

const LISTENING: [string, Way][] = [
  ["a session's own stream", { request: async (url) => openStream(url, await begin(url, BOB), BOB) }],
  [
    'one of a session that is not recovered',
    { route: TERMINATE, request: async (url) => openStream(url, await begin(url, BOB), BOB) },
  ],
  [
    'one without a session',
    {
      route: { affinity: 'none' },
      request: (url) => open(`${url}/adapters/echo/mcp`, { method: 'GET', headers: BOB }),
    },
  ],
  [
    'one of the older transport',
    { request: (url) => open(`${url}/adapters/echo/sse`, { method: 'GET', headers: BOB }) },
  ],
];
const ANSWERS: [string, Way][] = [
  ['the answer to a call in a session', { request: async (url) => call(url, await inSession(url)) }],
  [
    'one in a session that is not recovered',
    { route: TERMINATE, request: async (url) => call(url, await inSession(url)) },
  ],
  ['one without a session', { route: { affinity: 'none' }, request: (url) => call(url) }],
  ['one to a modern request', { request: (url) => call(url, MODERN) }],
];

/** Reads the stream from now on; `over` resolves when it has ended, however. */
function listen(stream: IncomingMessage) {
  const output = { text: '', isOver: false };
  stream.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  const over = new Promise<void>((resolve) => {
    stream.once('close', () => {
      output.isOver = true;
      resolve();
    });
  });
  return Object.assign(output, { over });
}

async function listening({ route, request }: Way) {
  const server = await quietServer();
  const publish = (changes: Partial<Route>) =>
    gateway.publish(routeTo(server.endpoint, { ...TEAM, ...route, ...changes }));
  const { log, ended } = recordingLog();
  const gateway = await startGateway({ routes: [routeTo(server.endpoint, { ...TEAM, ...route })], log });
  const output = listen(await request(gateway.url));
  await waitFor('the stream to begin', () => output.text !== '');
  return { gateway, server, output, publish, ended };
}

const serverSees = ({ seen }: Upstream) => seen.at(-1)?.cut;

describe('a stream whose caller loses the permission to use the adapter', () => {
  it.each([...LISTENING, ...ANSWERS])('ends at once, here and at the server: %s', async (_what, way) => {
    const { server, output, publish } = await listening(way);
    await publish({ requiredRoles: ['others'] });
    await output.over;
    await serverSees(server);
  });

  it.each([
    ...LISTENING.map(([what, way]) => [what, way, /^ADAPTER_NOT_FOUND$/] as const),
    ...ANSWERS.map(([what, way]) => [what, way, /^(ADAPTER_NOT_FOUND|UPSTREAM_GONE)$/] as const),
  ])('is logged as refused, once: %s', async (_what, way, code) => {
    const { output, publish, ended } = await listening(way);
    const before = ended().length;
    await publish({ requiredRoles: ['others'] });
    await output.over;
    await becomesTrue('the line', async () => expect(ended()).toHaveLength(before + 1));
    expect(ended().at(-1)).toMatchObject({ text: 'request refused', status: 200, code: expect.stringMatching(code) });
  });

  it.each(LISTENING)('ends when the adapter is removed, and when it is created anew: %s', async (_what, way) => {
    const removed = await listening(way);
    await removed.gateway.publish();
    await removed.output.over;
    const anew = await listening(way);
    await anew.publish({ resourceId: 'adapter-2' });
    await anew.output.over;
  });

  it.each([...LISTENING, ...ANSWERS])('continues while another role permits it: %s', async (_what, way) => {
    const { output, publish } = await listening(way);
    await publish({ requiredRoles: ['others', 'TEAM'], generation: 2 });
    await publish({ requiredRoles: ['team'], generation: 3 });
    expect(output.isOver).toBe(false);
  });

  it.each(ANSWERS)('finishes when the adapter is removed, because its call is under way: %s', async (_what, way) => {
    const { gateway, output } = await listening(way);
    await gateway.publish();
    expect(output.isOver).toBe(false);
  });

  it('ends with the error that its call may have run', async () => {
    const [[, way]] = ANSWERS as [[string, Way]];
    const { output, publish } = await listening(way);
    await publish({ requiredRoles: [] });
    await output.over;
    expect(output.text).toContain(MAY_HAVE_RUN);
  });
});

describe('a session whose caller loses the permission to use the adapter', () => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let session: string;
  let calls: number;
  const revoked = { createdBy: 'alice', requiredRoles: [] };

  beforeEach(async () => {
    [first, second] = [await startReplica({ events: true }), await startReplica({ events: true })];
    calls = 0;
    const verifier: Verifier = (request) => {
      calls += 1;
      return developmentVerifier(request);
    };
    gateway = await startGateway({ routes: [routeTo(first.endpoint, TEAM)], verifier });
    session = await begin(gateway.url, BOB);
  });
  /** Callers that have opened sessions on the second replica, after the creator has opened one there. */
  async function beginners() {
    await begin(gateway.url);
    return second.received.flatMap(({ method, headers }) => (method === 'initialize' ? [headers['x-mcp-userid']] : []));
  }
  const inIt = () => ({ 'Mcp-Session-Id': session });

  it.each([
    ['is not there any more', false],
    ['drains', true],
  ])('is not replayed in the name of that caller when its replica %s', async (_how, draining) => {
    const output = listen(await openStream(gateway.url, session, BOB));
    const gone = { ...first.endpoint, ready: false, draining, drainUntil: new Date(Date.now() + 1_000).toISOString() };
    await gateway.publish(routeTo(draining ? [gone, second.endpoint] : [second.endpoint], revoked));
    await output.over;
    expect(await beginners()).toEqual(['alice']);
  });

  it('is not replayed for a call that waited for a replica meanwhile', async () => {
    await gateway.publish(routeTo([], TEAM));
    const before = calls;
    const answer = call(gateway.url, inIt());
    await waitFor('the call to come', () => calls > before);
    await gateway.publish(routeTo(second.endpoint, revoked));
    expect((await answer).statusCode).toBe(404);
    expect(await beginners()).toEqual(['alice']);
  });

  it('is not replayed for a call under way, which gets the error that it may have run', async () => {
    const held = first.hold('tools/call');
    const answer = call(gateway.url, inIt());
    await held;
    await gateway.publish(routeTo([first.endpoint, second.endpoint], revoked));
    await first.kill();
    expect((await bodyOf(await answer)).toString()).toContain(MAY_HAVE_RUN);
    expect(second.received).toEqual([]);
  });

  /** Has a request under way at a silent server when the permission is revoked. */
  async function underWay(method: string, route: Partial<Route> = {}) {
    const plain = await startReplica();
    const own = await startGateway({ routes: [routeTo(plain.endpoint, { ...TEAM, ...route })] });
    session = await begin(own.url, BOB);
    const held = plain.hold(method);
    const answer = open(`${own.url}/adapters/echo/mcp`, {
      body: message(method, {}, 'c'),
      headers: { ...BOB, ...inIt() },
    });
    const res = await held;
    await own.publish(routeTo(plain.endpoint, { ...route, ...revoked }));
    return { plain, answer, res };
  }

  it('sends no request again to the same replica when only the connection breaks', async () => {
    const { plain, answer, res } = await underWay('tools/list');
    res.destroy();
    expect((await answer).statusCode).toBe(404);
    expect(plain.received.filter(({ method }) => method === 'tools/list')).toHaveLength(1);
  });

  it.each([{}, TERMINATE])('passes on no answer that its server begins later: %j', async (route) => {
    const { answer, res } = await underWay('tools/call', route);
    res.end('{"jsonrpc":"2.0","id":"c","result":{"secret":true}}');
    const { statusCode } = await answer;
    const text = (await bodyOf(await answer)).toString();
    expect(statusCode).toBe(502);
    expect(text).toContain(MAY_HAVE_RUN);
    expect(text).not.toContain('secret');
  });

  it('continues when the permission is granted again', async () => {
    await gateway.publish(routeTo(first.endpoint, revoked));
    expect((await call(gateway.url, inIt())).statusCode).toBe(404);
    await gateway.publish(routeTo(first.endpoint, TEAM));
    expect((await call(gateway.url, inIt())).statusCode).toBe(200);
  });
});
