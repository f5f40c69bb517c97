import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { inSession, openSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const BATCH = '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"tools/list"}]';
const ANSWERS = '[{"jsonrpc":"2.0","id":2,"result":{"tools":[]}},{"jsonrpc":"2.0","id":1,"result":{}}]';
const EVENTS = 'data: {"jsonrpc":"2.0","id":2,"result":{"tools":[]}}\n\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n';
const SAYINGS = '[{"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":"a","result":{}}]';

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
    ['with nothing, as it asked for nothing', SAYINGS, [202, undefined, '']],
    [
      'as one error',
      BATCH,
      [400, 'application/json', '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"no"}}'],
    ],
  ])('reaches the server as it is, and is answered %s', async (_how, batch, expected) => {
    answer = expected;
    const { status, header, text } = await inSession(url, session, { body: batch });
    expect([status, header('content-type'), text]).toEqual(expected);
    expect(arrived).toEqual([batch]);
  });
});
