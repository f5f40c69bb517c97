import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { message } from './support/rpc.js';
import { inSession, openSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const BATCH = '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]';
const ANSWERS = '[{"jsonrpc":"2.0","id":2,"result":{"tools":[]}},{"jsonrpc":"2.0","id":1,"result":{}}]';
const EVENTS = 'data: {"jsonrpc":"2.0","id":2,"result":{"tools":[]}}\n\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n';
const SAYINGS = '[{"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":"a","result":{}}]';

const CALLS = `[${['a', 'b', 'c'].map((id) => message('tools/call', { name: 'pay' }, id)).join()}]`;
const mayHaveRun = (id: string) => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: -32006,
    message: 'The MCP server went away; the call may or may not have run',
    data: { code: 'UPSTREAM_GONE', requestId: expect.any(String) },
  },
});

/** Messages in a list, which only MCP 2025-03-26 has (transports, sending messages to the server). */
describe('a batch in a session', () => {
  let answer: [status: number, type: string | undefined, body: string];
  let arrived: string[];
  let url: string;
  let session: string;
  beforeEach(async () => {
    arrived = [];
    const upstream = await startUpstream(async (req, res) => {
      const body = (await bodyOf(req)).toString();
      if (body.includes('"initialize"')) return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{}');
      arrived.push(body);
      const [status, type, text] = answer;
      return res.writeHead(status, type ? { 'content-type': type } : {}).end(text);
    });
    ({ url } = await startGateway({ routes: [routeTo(upstream.endpoint)] }));
    session = await openSession(url);
  });

  it.each<[string, string, typeof answer]>([
    ['in a list', BATCH, [200, 'application/json', ANSWERS]],
    ['as events', BATCH, [200, 'text/event-stream', EVENTS]],
    ['without a body, because it has no request', SAYINGS, [202, undefined, '']],
    [
      'as one error',
      BATCH,
      [400, 'application/json', '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}'],
    ],
  ])('reaches the server unchanged, and is answered %s', async (_how, batch, expected) => {
    answer = expected;
    const { status, header, text } = await inSession(url, session, { body: batch });
    expect([status, header('content-type'), text]).toEqual(expected);
    expect(arrived).toEqual([batch]);
  });
});

describe('a batch under way on a server that is lost', () => {
  async function answerTo(batch: string, answer: (req: IncomingMessage, res: ServerResponse) => unknown) {
    const upstream = await startUpstream(async (req, res) => {
      const body = (await bodyOf(req)).toString();
      if (body.includes('"initialize"')) return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{}');
      return answer(req, res);
    });
    const { url } = await startGateway({ routes: [routeTo(upstream.endpoint)] });
    return inSession(url, await openSession(url), { body: batch });
  }

  it.each([
    ['each of its requests', CALLS, ['a', 'b', 'c']],
    ['the one request in it, in a list', `[${message('vendor/pay', {}, 'a')}]`, ['a']],
  ])('is answered with an error for %s', async (_what, batch, ids) => {
    const { status, text } = await answerTo(batch, (req) => req.socket.destroy());
    expect([status, JSON.parse(text)]).toEqual([502, ids.map(mayHaveRun)]);
  });

  it('gets errors in the stream for the requests that have no answer there', async () => {
    const answered = 'data: {"jsonrpc":"2.0","id":"b","result":{}}\n\n';
    const { text } = await answerTo(CALLS, (_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(answered, () => res.destroy());
    });
    expect(text.startsWith(answered)).toBe(true);
    const errors = [...text.slice(answered.length).matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data));
    expect(errors).toEqual(['a', 'c'].map(mayHaveRun));
  });

  it('continues in the stream with the list that the next server answers', async () => {
    let requests = 0;
    const { text } = await answerTo(BATCH, (_req, res) => {
      if (++requests > 1) return res.writeHead(200, { 'content-type': 'application/json' }).end(ANSWERS);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      return res.write(': begun\n\n', () => res.destroy());
    });
    expect(text).toBe(`: begun\n\nevent: message\ndata: ${ANSWERS}\n\n`);
  });
});
