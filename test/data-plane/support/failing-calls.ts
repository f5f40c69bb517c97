import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Route } from '@mcp-gateway/common/contracts';
import { answerTo, bodyOf, open, send, start } from '../../support/http.js';
import { startDoomedServer, type DoomedServer, type UnderWay } from './doomed-server.js';
import { message } from './rpc.js';
import { INITIALIZE } from './session-server.js';
import { routeTo } from './upstream.js';

/** A client's message, and the ids of its requests that need an answer. */
const MESSAGES = {
  'a call of a tool without hints': { body: message('tools/call', { name: 'pay' }, 'a'), ids: ['a'] },
  'a method of its own': { body: message('vendor/pay', {}, 7), ids: [7] },
  'a notification': { body: '{"jsonrpc":"2.0","method":"vendor/pay"}', ids: [] },
  'a batch of calls': {
    body: `[${message('tools/call', {}, 'a')},${message('vendor/pay', {}, 'b')}]`,
    ids: ['a', 'b'],
  },
  'a batch with a list in it': {
    body: `[${message('tools/list', {}, 1)},${message('vendor/pay', {}, 2)}]`,
    ids: [1, 2],
  },
  'a call that exceeds the buffer': {
    body: message('tools/call', { name: 'pay', padding: 'x'.repeat(300_000) }, 'long'),
    ids: [null],
  },
  'what cannot be read': { body: '{}', ids: [null] },
  'a list': { body: message('tools/list', {}, 'l'), ids: ['l'], mayRunTwice: true },
  'a call of a tool that only reads': {
    body: message('tools/call', { name: 'look' }, 'r'),
    ids: ['r'],
    mayRunTwice: true,
  },
};
type MessageName = keyof typeof MESSAGES;
const IN_ALL_POINTS: MessageName[] = [
  'a call of a tool without hints',
  'a batch of calls',
  'a call that exceeds the buffer',
];

const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call' };
/** The transport of the client. */
const WAYS: Record<
  string,
  { route?: Partial<Route>; session?: 'mcp' | 'sse'; headers?: Record<string, string>; messages: MessageName[] }
> = {
  'in a session': { session: 'mcp', messages: Object.keys(MESSAGES) as MessageName[] },
  'in a session that is not recovered': {
    session: 'mcp',
    route: { sessionRecovery: 'terminate' },
    messages: ['a call of a tool without hints', 'a batch of calls', 'a call that exceeds the buffer'],
  },
  'without a session': { messages: ['a call of a tool without hints', 'a call that exceeds the buffer'] },
  'of an adapter without sessions': {
    route: { affinity: 'none' },
    messages: ['a call of a tool without hints', 'a batch of calls'],
  },
  'as a modern request': {
    headers: MODERN,
    messages: ['a call of a tool without hints', 'a call that exceeds the buffer'],
  },
  'by the older transport': {
    session: 'sse',
    messages: ['a call of a tool without hints', 'a call that exceeds the buffer'],
  },
};

const EVENT = 'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}\n\n';
const EVENTS = { 'content-type': 'text/event-stream' };
const written = (res: UnderWay['res'], text: string) =>
  new Promise<void>((resolve) => res.write(text, () => resolve()));

export type Published = ReturnType<typeof routeTo>;

interface Point {
  /** `isRouted`: the adapter still has its replica. */
  fail: (under: UnderWay, isRouted: boolean) => unknown;
  /** A part of the answer that cannot be continued is sent, or the client continues it itself. */
  hasBegun?: true;
  /** Whether it is tried with every message and every transport. */
  isForAll?: true;
}

/** The point at which the server fails after it has received some of the request. */
const POINTS: Record<string, Point> = {
  'its process ends before it answers': { isForAll: true, fail: ({ server }) => server.kill() },
  'its connection breaks before it answers': { fail: ({ res }) => res.destroy() },
  'its process ends after the head of its answer': {
    hasBegun: true,
    async fail({ res, server }) {
      res.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      await delay(20);
      await server.kill();
    },
  },
  'its process ends within its answer': {
    hasBegun: true,
    isForAll: true,
    async fail({ res, server }) {
      await written(res.writeHead(200, { 'content-type': 'application/json' }), '{"jsonrpc":"2.0",');
      await server.kill();
    },
  },
  'its process ends after the head of an event stream': {
    async fail({ res, server }) {
      res.writeHead(200, EVENTS).flushHeaders();
      await delay(20);
      await server.kill();
    },
  },
  'its process ends after an event': {
    isForAll: true,
    async fail({ res, server }) {
      await written(res.writeHead(200, EVENTS), EVENT);
      await server.kill();
    },
  },
  'its process ends after an event with an id': {
    async fail({ res, server }) {
      await written(res.writeHead(200, EVENTS), `id: e1\n${EVENT}`);
      await server.kill();
    },
  },
  'its connection breaks within an event': {
    async fail({ res }) {
      await written(res.writeHead(200, EVENTS), EVENT.slice(0, 30));
      res.destroy();
    },
  },
  'its connection breaks after an event with an id': {
    hasBegun: true, // the client may resume it
    async fail({ res }) {
      await written(res.writeHead(200, EVENTS), `id: e1\n${EVENT}`);
      res.destroy();
    },
  },
  'it is silent after it has left the routes, as when its machine is gone': {
    fail: ({ server }, isRouted) => isRouted && server.kill(),
  },
  'it gives a session of its own with the answer': {
    isForAll: true,
    async fail({ res }) {
      const headers = { 'content-type': 'application/json', 'mcp-session-id': 'another' };
      res.writeHead(200, headers).end('{"jsonrpc":"2.0","id":"a","result":{"isPaid":true}}');
    },
  },
};

/** A request whose server fails after it has received some of it. */
export interface FailingCall {
  name: string;
  adapter: string;
  route: Published;
  server: DoomedServer;
  ids: (string | number | null)[];
  mayRunTwice: boolean;
  hasBegun: boolean;
  fail: Point['fail'];
  call: (url: string) => Promise<Got>;
}

export interface Got {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The connection broke before the end of the answer. */
  isCut: boolean;
}

/** Every message, with every transport, at every point; each on a server of its own. */
export async function failingCalls(): Promise<FailingCall[]> {
  const cases: FailingCall[] = [];
  for (const [way, { route, session, headers = {}, messages }] of Object.entries(WAYS)) {
    for (const what of messages) {
      for (const [point, { fail, hasBegun = false, isForAll }] of Object.entries(POINTS)) {
        if (!isForAll && !(way === 'in a session' && IN_ALL_POINTS.includes(what))) continue;
        const { body, ids, ...rest } = MESSAGES[what];
        const server = await startDoomedServer();
        const adapter = `adapter-${cases.length}`;
        const { 'Mcp-Method': method, ...others } = headers;
        cases.push({
          name: `${what}, ${way}; ${point}`,
          adapter,
          route: { ...routeTo(server.endpoint), name: adapter, resourceId: adapter, ...route },
          server,
          ids,
          mayRunTwice: 'mayRunTwice' in rest,
          hasBegun,
          fail,
          call: (url) =>
            call(`${url}/adapters/${adapter}`, {
              session,
              body,
              headers: method ? { ...others, 'Mcp-Method': method } : others,
            }),
        });
      }
    }
  }
  return cases;
}

/** Opens the session, and resolves with the final answer to the request. */
async function call(
  url: string,
  { session, body, headers }: { session: 'mcp' | 'sse' | undefined; body: string; headers: Record<string, string> },
): Promise<Got> {
  const options = { body, headers: { ...headers } };
  let to = `${url}/mcp`;
  if (session === 'mcp') {
    const { header } = await send(to, { body: INITIALIZE });
    options.headers['Mcp-Session-Id'] = header('mcp-session-id') ?? '';
  } else if (session === 'sse') {
    const stream = await open(`${url}/sse`, { method: 'GET' });
    stream.on('error', () => {});
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    to = new URL(/data: (.*)/.exec(chunk.toString())?.[1] ?? '', `${url}/sse`).href;
  }
  const req = start(to, options);
  req.end(body);
  try {
    const res = await answerTo(req);
    const { statusCode: status = 0, headers: got } = res;
    let text = '';
    res.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const isCut = await bodyOf(res).then(
      () => false,
      () => true,
    );
    return { status, headers: got, text, isCut };
  } catch {
    return { status: 0, headers: {}, text: '', isCut: true };
  }
}
