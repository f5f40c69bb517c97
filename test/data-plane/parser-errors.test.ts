import { beforeEach, expect, it } from '@jest/globals';
import { becomesTrue } from '../support/wait.js';
import { recordingLog } from './support/access-log.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { exchange } from './support/raw.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const POST = 'POST /adapters/echo/mcp HTTP/1.1';
const HOST = ['Host: 127.0.0.1', 'X-Dev-UserId: alice'];
const CHUNKED = 'Transfer-Encoding: chunked';

let upstream: Upstream;
let gateway: Gateway;
let ended: ReturnType<typeof recordingLog>['ended'];
beforeEach(async () => {
  const recording = recordingLog();
  ended = recording.ended;
  upstream = await startUpstream((_req, res) => res.end('{}'));
  const timeouts = { headersMs: 200, requestMs: 400, checkMs: 50, keepAliveMs: 5_000 };
  gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], log: recording.log, wire: { timeouts } });
});

it.each<[what: string, status: number, lines: string[]]>([
  ['a request line that is none', 400, ['nonsense', '', '']],
  ['a request without a host', 400, [POST, '', '']],
  ['a name of a header that is none', 400, [POST, 'a b: c', '', '']],
  ['too many bytes of headers', 431, [POST, ...HOST, `X-Long: ${'x'.repeat(40_000)}`, '', '']],
  ['another expectation', 417, [POST, ...HOST, 'Expect: more', '', '']],
  ['a tunnel', 405, ['CONNECT example.com:443 HTTP/1.1', 'Host: example.com', '', '']],
  ['a chunk that is none', 400, [POST, ...HOST, CHUNKED, '', 'zz', '']],
  ['headers that come too slowly', 408, [POST, ...HOST, '']],
  ['a body that comes too slowly', 408, [POST, ...HOST, 'Content-Length: 10', '', 'abc']],
])('%s is answered %d with an id, and logged once as refused with it', async (_what, status, lines) => {
  const received = await exchange(gateway.url, ...lines);
  const id = /^X-Request-Id: (\S+)\r$/m.exec(received)?.[1];
  expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\nConnection: close\\r\\n`, 'i'));
  await becomesTrue('the line', async () => expect(ended()).toHaveLength(1));
  expect(ended()[0]).toMatchObject({ text: 'request refused', requestId: id, status, code: 'INVALID_REQUEST' });
  expect(upstream.seen).toEqual([]);
});
