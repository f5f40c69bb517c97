import * as fc from 'fast-check';
import { named, ofConnection, shuffled, unknown, type Header } from './headers.js';

/** The body in the chunks in which it is sent. */
interface Body {
  chunks: Buffer[];
  /** `close`: the body ends with the connection, which only an answer may do. */
  framing: 'length' | 'chunked' | 'close';
}

/** The answer that the server is to give. */
export interface Answer {
  status: number;
  reason: string;
  headers: Header[];
  body: Body;
  /** Whether the answer has the session id; a server may add it to every answer. */
  saysSession: boolean;
  /** The connection closes after this many chunks, when there are as many. */
  cutAfter: number | null;
}

export interface Exchange {
  era: 'legacy' | 'modern';
  method: 'POST' | 'GET' | 'DELETE';
  query: string;
  headers: Header[];
  /** Whether the request belongs to the session that was opened before. */
  inSession: boolean;
  body: Body | null;
  answer: Answer;
}

const MESSAGES = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  '{"jsonrpc":"2.0","id":"é","method":"tools/call","params":{"name":"a","arguments":{"text":"王\\u2028"}}}',
  '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
  '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"result":{}}]',
  '{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no"}}',
  '{"jsonrpc":',
  '',
].map((text) => Buffer.from(text));
const EVENTS = [
  'id: 0/1\ndata:\n\n',
  ': ping\n\n',
  'retry: 5\r\n\r\n',
  'event: message\ndata: {"a":"王"}\n',
  '\n',
  'data: x\r\r',
];

const bytes = (max: number) => fc.uint8Array({ maxLength: max }).map((array) => Buffer.from(array));
const chunks: fc.Arbitrary<Buffer[]> = fc.oneof(
  fc.constantFrom(...MESSAGES).map((message) => [message]),
  fc.constantFrom(...MESSAGES).map((message) => [message.subarray(0, 5), message.subarray(5)]),
  fc.array(bytes(300), { maxLength: 5 }),
  fc.integer({ min: 1, max: 200_000 }).map((size) => [Buffer.alloc(size, 'large ')]),
);
const body = (...framings: Body['framing'][]): fc.Arbitrary<Body> =>
  fc.record({ chunks, framing: fc.constantFrom(...framings) });

const query = fc.constantFrom('', '?', '?a=b&c=%2F', '?x=?&&=', '?%E7%8E%8B=%zz', '?' + 'long=1&'.repeat(100));
const credentials = named(['Authorization', 'Cookie', 'Proxy-Authorization'], fc.constant('Bearer s3cret'));
const identity = named(['X-Mcp-UserId', 'X-Mcp-Roles', 'X-Gateway-Secret'], fc.constant('root'));
const ofMcp: fc.Arbitrary<Header> = fc.oneof(
  named(['Mcp-Name', 'Mcp-Param-Region', 'mcp-param-Tier', 'Last-Event-ID']),
  named(['Mcp-Param-Name'], fc.constant('=?base64?546L?=')),
  named(['Accept'], fc.constantFrom('application/json, text/event-stream', 'text/event-stream', '*/*', '')),
  named(['Content-Type'], fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain')),
  named(['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Real-IP']),
  named(['Accept-Encoding', 'Accept-Language', 'User-Agent', 'traceparent', 'If-None-Match', 'X-Request-Id']),
);

/** The gateway refuses two callers in one request (normalize-request.ts), so they would not arrive. */
const hasOneCaller = (headers: Header[]) =>
  headers.filter(([name]) => name.toLowerCase() === 'authorization').length <= 1;
const EXTRA = fc.array(fc.oneof(unknown, ofMcp, credentials, identity), { maxLength: 8 }).filter(hasOneCaller);
const eras: fc.Arbitrary<[Exchange['era'], Header[]]> = fc.oneof(
  fc
    .constantFrom('2024-11-05', '2025-03-26', '2025-11-25', 'nonsense')
    .map((version): [Exchange['era'], Header[]] => ['legacy', [['MCP-Protocol-Version', version]]]),
  fc.constant<[Exchange['era'], Header[]]>(['legacy', []]),
  named(['Mcp-Method'], fc.constantFrom('tools/call', 'server/discover', 'subscriptions/listen')).map(
    (method): [Exchange['era'], Header[]] => ['modern', [['MCP-Protocol-Version', '2026-07-28'], method]],
  ),
);

const answerHeaders = shuffled(
  fc.array(
    fc.oneof(
      unknown,
      named(['WWW-Authenticate', 'Retry-After', 'Cache-Control', 'X-Accel-Buffering', 'Via']),
      named(['Set-Cookie', 'Link', 'X-Accel-Redirect', 'Content-Security-Policy', 'X-Content-Type-Options']),
      named(['Content-Encoding'], fc.constantFrom('gzip', 'br', 'identity')),
      named(['X-Mcp-UserId', 'Authorization', 'MCP-Protocol-Version', 'X-Request-Id']),
    ),
    { maxLength: 6 },
  ),
  ofConnection,
  fc.constantFrom<Header[]>(
    [],
    [['Content-Type', 'application/json']],
    [['Content-Type', 'application/problem+json; charset=latin1']],
    [['content-type', 'text/plain']],
  ),
);
const STATUSES = [
  200, 200, 200, 201, 202, 204, 304, 400, 401, 403, 404, 404, 405, 406, 409, 413, 429, 500, 502, 503, 599,
];

const anyAnswer: fc.Arbitrary<Answer> = fc.record({
  status: fc.constantFrom(...STATUSES),
  reason: fc.constantFrom('OK', '', 'Not Really', 'tr\xc3\xa8s bien'),
  headers: answerHeaders,
  body: body('length', 'chunked', 'close'),
  saysSession: fc.boolean(),
  cutAfter: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }) },
  ),
});
const eventStream: fc.Arbitrary<Answer> = fc.record({
  status: fc.constant(200),
  reason: fc.constant('OK'),
  headers: shuffled(
    fc.constant<Header[]>([
      ['Content-Type', 'text/event-stream'],
      ['Cache-Control', 'no-cache, no-transform'],
    ]),
    fc.array(unknown, { maxLength: 3 }),
  ),
  body: fc.record({
    chunks: fc.array(
      fc.constantFrom(...EVENTS).map((text) => Buffer.from(text)),
      { maxLength: 8 },
    ),
    framing: fc.constantFrom('chunked' as const, 'close' as const),
  }),
  saysSession: fc.boolean(),
  cutAfter: fc.constantFrom(null, null, 2),
});

export const exchange: fc.Arbitrary<Exchange> = eras.chain(([era, ofEra]) =>
  fc
    .record({
      era: fc.constant(era),
      method: era === 'modern' ? fc.constant('POST' as const) : fc.constantFrom('POST', 'POST', 'GET', 'DELETE'),
      query,
      headers: shuffled(fc.constant(ofEra), EXTRA, ofConnection),
      inSession: fc.boolean(),
      body: fc.oneof({ weight: 4, arbitrary: body('length', 'chunked') }, { weight: 1, arbitrary: fc.constant(null) }),
      answer: fc.oneof(anyAnswer, eventStream),
    })
    // A DELETE would end the session of the following requests.
    .map((each) => (each.method === 'DELETE' ? { ...each, inSession: false } : each)),
);
