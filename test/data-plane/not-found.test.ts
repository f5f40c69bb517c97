import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { refusalOf, startReplica, type Replica } from './support/replica.js';
import { begin, message, openStream, rpc, whereIs } from './support/rpc.js';
import { inSession, openSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const LONG = { padding: 'x'.repeat(100_000) };
const DID_NOT_RUN = {
  code: -32006,
  message: 'The MCP server could not be reached; the call did not run: the session continues; send it again',
  data: { code: 'UPSTREAM_REFUSED', requestId: expect.any(String) },
};

const seen = ({ received }: Replica, method: string) => received.filter((each) => each.method === method).length;

describe('a server that answers 404', () => {
  let server: Replica;
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    server = await startReplica();
    gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    session = await begin(gateway.url);
  });
  const request = (params: object) =>
    send(`${gateway.url}/adapters/echo/mcp`, {
      headers: { 'Mcp-Session-Id': session },
      body: message('vendor/find', params, 'an id'),
    });

  it.each([
    ['a short message', {}],
    ['a long message', LONG],
  ])('passes unchanged in a session that the server knows, and %s runs once', async (_what, params) => {
    server.refuse('vendor/find', 404);
    for (let round = 1; round <= 12; round++) {
      const { status, text, header } = await request(params);
      expect([status, text, header('x-own')]).toEqual([404, refusalOf('an id'), 'yes']);
      expect(seen(server, 'vendor/find')).toBe(round);
    }
    expect(seen(server, 'initialize')).toBe(1);
    expect((await rpc(gateway.url, session, 'tools/list')).status).toBe(200);
  });

  it('still knows the session when even a ping gets a 404 for an unknown method', async () => {
    server.refuse('vendor/find', 404);
    server.refuse('ping', 404);
    expect((await request({})).text).toBe(refusalOf('an id'));
    expect(seen(server, 'initialize')).toBe(1);
  });

  it('because it has forgotten the session makes the gateway replay the session, and the message runs', async () => {
    server.sessions.clear();
    expect((await request({})).status).toBe(200);
    expect(server.sessions.size).toBe(1);
  });

  it('because it has forgotten the session makes the gateway replay the session, and a long message may be sent again', async () => {
    server.sessions.clear();
    const { status, text } = await request(LONG);
    expect([status, JSON.parse(text)]).toEqual([502, { jsonrpc: '2.0', id: null, error: DID_NOT_RUN }]);
    expect(server.sessions.size).toBe(1);
    expect((await request(LONG)).status).toBe(200);
  });

  it('to a GET because it has forgotten the session makes the gateway replay the session, and the stream opens', async () => {
    server.sessions.clear();
    const stream = await openStream(gateway.url, session);
    expect(stream.statusCode).toBe(200);
    stream.destroy();
    expect(await whereIs(gateway.url, session)).toBe(server.endpoint.id);
    expect(server.sessions.size).toBe(1);
  });
});

it('a server that does not know a session just replayed there has its 404 passed on', async () => {
  let begun = 0;
  const server = await startUpstream(async (req, res) => {
    const isInitialize = (await bodyOf(req)).includes('"initialize"');
    if (!isInitialize) return res.writeHead(404).end('unknown');
    return res
      .writeHead(200, { 'mcp-session-id': `raw-${++begun}`, 'content-type': 'application/json' })
      .end('{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}');
  });
  const { url } = await startGateway({ routes: [routeTo(server.endpoint)] });
  const session = await openSession(url);
  const { status, text } = await inSession(url, session, { body: message('tools/list') });
  expect([status, text, begun]).toEqual([404, 'unknown', 2]);
});
