import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { bodyOf, head, open, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { newKey, startGateway, type Gateway } from './support/gateway.js';
import { rawConnection } from './support/raw.js';
import { rpcError } from './support/rpc-error.js';
import { openSession, startSessionServer } from './support/session-server.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const UNKNOWN = rpcError(-32004, 'There is no such session; initialize a new one', 'SESSION_NOT_FOUND');
const ENDPOINT = /^event: endpoint\ndata: (messages\?sessionId=[\w-]+)\n\n$/;

/** A server of the older transport whose streams the test writes. */
interface OldServer extends Upstream {
  streams: ServerResponse[];
  messages: { url: string; body: string }[];
}

async function startOldServer(): Promise<OldServer> {
  const streams: ServerResponse[] = [];
  const messages: OldServer['messages'] = [];
  const upstream = await startUpstream(async (req, res) => {
    if (req.method === 'GET') {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }).flushHeaders();
      streams.push(res);
      return;
    }
    messages.push({ url: req.url ?? '', body: (await bodyOf(req)).toString() });
    res.writeHead(202, { 'x-of': 'the server' }).end('Accepted');
  });
  return { ...upstream, streams, messages };
}

async function next(stream: IncomingMessage): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString();
}

describe('the older HTTP transport', () => {
  let servers: OldServer[];
  let gateway: Gateway;
  beforeEach(async () => {
    servers = await Promise.all([startOldServer(), startOldServer(), startOldServer()]);
    gateway = await startGateway({ routes: [routeTo(servers.map(({ endpoint }) => endpoint))] });
  });

  /** A stream that has begun, with the server that it is on and the URL for its messages. */
  async function begin(url = gateway.url, uri = '/message?sessionId=raw-1') {
    const opening = open(`${url}/adapters/echo/sse`, { method: 'GET' });
    const [server, response] = await waitFor('the stream', () =>
      servers.flatMap((each) => each.streams.splice(0).map((stream) => [each, stream] as const)).at(0),
    );
    response.write(`event: endpoint\ndata: ${uri}\n\n`);
    const client = await opening;
    const [, reference = ''] = ENDPOINT.exec(await next(client)) ?? [];
    const { pathname, search } = new URL(reference, `${url}/adapters/echo/sse`);
    const messages = pathname + search;
    return { client, server, response, messages };
  }

  it("rewrites the endpoint event to the gateway's URL, and passes the rest of the stream as it comes", async () => {
    const { client, response, server, messages } = await begin();
    expect(head(client).header('content-type')).toBe('text/event-stream');
    expect(messages).toMatch(/^\/adapters\/echo\/messages\?sessionId=/);
    expect(messages).not.toContain('raw-1');
    expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/sse' });
    for (const event of ['event: message\ndata: {"id":1}\n\n', ': ping\n\n', 'event: endpoints\ndata: /x\n\n']) {
      response.write(event);
      expect(await next(client)).toBe(event);
    }
  });

  it('begins on another replica when one refuses connections', async () => {
    const gone = { id: 'gone', url: `http://127.0.0.1:${await freePort()}`, path: '/mcp', ready: true };
    await gateway.publish(routeTo([gone, ...servers.slice(0, 1).map(({ endpoint }) => endpoint)]));
    for (let i = 0; i < 8; i += 1) expect(head((await begin()).client).status).toBe(200);
  });

  it.each([
    ['/message?sessionId=raw-1', '/message?sessionId=raw-1'],
    ['http://localhost:3001/messages/?session_id=a%2Fb', '/messages/?session_id=a%2Fb'],
    ['messages?a=b', '/messages?a=b'],
  ])('sends messages to the URL of the endpoint event: %s', async (uri, url) => {
    const { server, messages } = await begin(gateway.url, uri);
    const answer = await send(gateway.url + messages, { body: '{"jsonrpc":"2.0"}' });
    expect(answer).toMatchObject({ status: 202, text: 'Accepted' });
    expect(answer.header('x-of')).toBe('the server');
    expect(server.messages).toEqual([{ url, body: '{"jsonrpc":"2.0"}' }]);
  });

  it('sends 100 Continue to a client that waits for it', async () => {
    const { messages, server } = await begin();
    const connection = rawConnection(gateway.url);
    const lines = [`POST ${messages} HTTP/1.1`, 'Host: 127.0.0.1', 'X-Dev-UserId: alice', 'Expect: 100-continue'];
    connection.write([...lines, 'Content-Length: 2', '', ''].join('\r\n'));
    await connection.until('HTTP/1.1 100 Continue\r\n\r\n');
    connection.write('{}');
    await connection.until('HTTP/1.1 202 ');
    expect(server.messages).toHaveLength(1);
  });

  it('keeps each session on its replica, whichever data plane gets the message', async () => {
    const other = await gateway.join();
    const sessions = [];
    for (let i = 0; i < 12; i += 1) sessions.push(await begin(i % 2 ? gateway.url : other.url, `/message?s=${i}`));
    expect(new Set(sessions.map(({ server }) => server)).size).toBeGreaterThan(1);
    for (const [i, { messages, server }] of sessions.entries()) {
      await send((i % 3 ? gateway.url : other.url) + messages, { body: String(i) });
      expect(server.messages.at(-1)).toEqual({ url: `/message?s=${i}`, body: String(i) });
    }
  });

  it('rewrites the endpoint event also with an unusual content type and a byte order mark', async () => {
    const odd = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'Text/Event-Stream' });
      res.write('\ufeffevent: endpoint\ndata: /raw\n\n');
    });
    await gateway.publish(routeTo(odd.endpoint));
    const client = await open(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    expect(await next(client)).toMatch(/^\ufeffevent: endpoint\ndata: messages\?sessionId=/);
  });

  it('ends at the server when the client leaves', async () => {
    const { client, server } = await begin();
    client.destroy();
    await expect(server.seen[0]?.cut).resolves.toBeUndefined();
  });

  it('passes an answer that is not a stream', async () => {
    const refusing = await startUpstream((_req, res) =>
      res.writeHead(404, { 'x-why': 'none' }).end('event: endpoint\n'),
    );
    await gateway.publish(routeTo({ ...refusing.endpoint, path: '/api/mcp' }));
    const answer = await send(`${gateway.url}/adapters/echo/sse?a=b`, { method: 'GET' });
    expect(answer).toMatchObject({ status: 404, text: 'event: endpoint\n' });
    expect(refusing.seen[0]?.url).toBe('/api/sse?a=b');
  });

  it('passes an event stream with another status unchanged', async () => {
    const refusing = await startUpstream((_req, res) =>
      res.writeHead(503, { 'content-type': 'text/event-stream' }).end('event: endpoint\ndata: /raw\n\n'),
    );
    await gateway.publish(routeTo(refusing.endpoint));
    const answer = await send(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    expect(answer).toMatchObject({ status: 503, text: 'event: endpoint\ndata: /raw\n\n' });
  });

  it('requests an uncompressed stream', async () => {
    const opening = open(`${gateway.url}/adapters/echo/sse`, {
      method: 'GET',
      headers: { 'Accept-Encoding': 'gzip, br' },
    });
    const server = await waitFor('the stream', () => servers.find(({ streams }) => streams.length > 0));
    server.streams[0]?.write('event: endpoint\ndata: /raw\n\n');
    await opening;
    expect(server.seen[0]?.header('accept-encoding')).toEqual([]);
  });

  it.each([['gzip'], [['identity', 'gzip']]])(
    'refuses a stream that is compressed nevertheless: %j',
    async (coding) => {
      const server = await startUpstream((_req, res) => {
        res.setHeader('content-type', 'text/event-stream').setHeader('content-encoding', coding);
        res.write('event: endpoint\ndata: /m\n\n'); // these bytes may also begin a compressed stream
      });
      const { url } = await startGateway({ routes: [routeTo(server.endpoint)] });
      const { status, text } = await send(`${url}/adapters/echo/sse`, { method: 'GET' });
      expect([status, text]).toEqual([502, expect.stringContaining('the server compresses its SSE stream')]);
    },
  );

  it.each([['text/event-streams'], [['text/plain', 'text/event-stream']]])(
    'passes no endpoint event in an answer that a client may take for a stream: %j',
    async (type) => {
      const server = await startUpstream((_req, res) => {
        res.setHeader('content-type', type).end('event: endpoint\ndata: /adapters/other/mcp\n\n');
      });
      const { url } = await startGateway({ routes: [routeTo(server.endpoint)] });
      expect((await send(`${url}/adapters/echo/sse`, { method: 'GET' })).text).toMatch(ENDPOINT);
    },
  );

  it('is aborted when a second endpoint event would redirect messages', async () => {
    const { client, response } = await begin();
    const rest: string[] = [];
    client.on('data', (chunk: Buffer) => rest.push(chunk.toString())).on('error', () => {});
    const closed = new Promise((resolve) => client.once('close', resolve));
    response.write('event: endpoint\ndata: /adapters/other/mcp\n\n');
    await closed;
    expect(rest).toEqual([]);
  });

  it.each([
    [
      'has no endpoint event',
      'x'.repeat(20_000),
      "the server's SSE stream does not begin with one valid endpoint event",
    ],
    ['has an invalid URL', 'event: endpoint\ndata: http://[\n\n', 'does not begin with one valid endpoint event'],
    [
      'has too long a URL',
      `event: endpoint\ndata: /${'m'.repeat(4_096)}\n\n`,
      'the URL in the endpoint event of the server is longer than 4096 bytes',
    ],
  ])('explains what is wrong with a stream that %s', async (_what, events, why) => {
    const opening = send(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    const stream = await waitFor('the stream', () => servers.flatMap(({ streams }) => streams).at(0));
    stream.write(events);
    const { status, text } = await opening;
    expect([status, text]).toEqual([502, expect.stringContaining(why)]);
    expect(JSON.parse(text)).toMatchObject({ error: { data: { code: 'UPSTREAM_INVALID' } } });
  });

  it('aborts a bad stream whose head was sent already, without an error document', async () => {
    const client = await open(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    expect(head(client).header('content-type')).toBe('text/event-stream');
    servers.flatMap(({ streams }) => streams)[0]?.write('x'.repeat(20_000));
    await expect(bodyOf(client)).rejects.toThrow('aborted');
  });

  it.each([
    ['POST', 'sse', 'GET'],
    ['DELETE', 'sse', 'GET'],
    ['GET', 'messages', 'POST'],
  ])('does not allow %s of %s', async (method, resource, allow) => {
    const answer = await send(`${gateway.url}/adapters/echo/${resource}`, { method });
    expect([answer.status, answer.header('allow')]).toEqual([405, allow]);
  });

  it('answers 404 to the session of another caller, adapter, installation or replica, and to an invalid id', async () => {
    const { messages, server } = await begin();
    const twin = routeTo(server.endpoint, { name: 'twin', resourceId: 'adapter-2', createdBy: 'alice' });
    const shared = routeTo(
      servers.map(({ endpoint }) => endpoint),
      { requiredRoles: ['staff'] },
    );
    await gateway.publish(shared, twin);
    const elsewhere = await startGateway({ routes: [shared], keys: newKey() });
    const asBob = { 'x-dev-userid': 'bob', 'x-dev-roles': 'staff' };
    const refused = [
      send(gateway.url + messages, { headers: asBob }),
      send(gateway.url + messages.replace('echo', 'twin')),
      send(elsewhere.url + messages),
      send(gateway.url + messages.slice(0, -1)),
      send(`${gateway.url}/adapters/echo/messages`),
      send(`${gateway.url}/adapters/echo/messages?sessionId=`),
      send(`${gateway.url}/adapters/echo/messages?session_id=${messages.split('=')[1]}`),
    ];
    for (const answer of await Promise.all(refused)) expect(answer).toMatchObject({ status: 404, text: UNKNOWN });

    await gateway.publish(routeTo(servers.filter((each) => each !== server).map(({ endpoint }) => endpoint)));
    expect((await send(gateway.url + messages)).status).toBe(404);
    expect(server.messages).toEqual([]);
  });

  it('has ids that the other transport does not accept, and the reverse', async () => {
    const { messages } = await begin();
    const streamable = await startSessionServer();
    await gateway.publish(routeTo([...servers.map(({ endpoint }) => endpoint), streamable.endpoint]));
    const id = messages.split('=')[1] as string;
    const asHeader = await send(`${gateway.url}/adapters/echo/mcp`, { headers: { 'mcp-session-id': id } });
    expect(asHeader.status).toBe(404);

    await gateway.publish(routeTo(streamable.endpoint));
    const session = await openSession(gateway.url);
    expect((await send(`${gateway.url}/adapters/echo/messages?sessionId=${session}`)).status).toBe(404);
  });
});
