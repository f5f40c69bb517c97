import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { begin, message, openStream, rpc } from './support/rpc.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const event = (id: number, data: string) => `id: ${id}\ndata: ${data}\n\n`;

interface CountingServer extends Upstream {
  /** Sends a message in the session, whether its client listens or not. */
  say(data: string): void;
  /** The `Last-Event-ID` of each GET. */
  lastEventIds: (string | undefined)[];
}

/** Numbers the events of its session 1, 2, 3 …, keeps them, and resumes after the named one. */
async function startCountingServer(): Promise<CountingServer> {
  const events: string[] = [];
  const lastEventIds: CountingServer['lastEventIds'] = [];
  let stream: ServerResponse | undefined;
  const upstream = await startUpstream(async (req, res, { header }) => {
    const text = (await bodyOf(req)).toString();
    if (req.method === 'GET') {
      const after = header('last-event-id')[0];
      lastEventIds.push(after);
      stream = res.writeHead(200, { 'content-type': 'text/event-stream' });
      stream.write(after === undefined ? ':\n\n' : `:\n\n${events.slice(Number(after)).join('')}`);
      return undefined;
    }
    const { id, method } = JSON.parse(text) as { id?: number; method: string };
    if (id === undefined) return res.writeHead(202).end();
    const result = JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } });
    const body = Buffer.from(method === 'initialize' ? result : event(90, result));
    const isCoded = header('accept-encoding').length > 0;
    res.writeHead(200, {
      'content-type': method === 'initialize' ? 'application/json' : 'text/event-stream',
      'mcp-session-id': 'raw',
      ...(isCoded && { 'content-encoding': 'gzip' }),
      ...(!isCoded && { 'content-length': body.length }),
    });
    return res.end(isCoded ? gzipSync(body) : body);
  });
  const say = (data: string) => {
    events.push(event(events.length + 1, data));
    stream?.write(events.at(-1));
  };
  return { ...upstream, say, lastEventIds };
}

function listenTo(stream: IncomingMessage) {
  const received = { text: '', lastId: () => [...received.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? 'none' };
  stream.on('data', (chunk: Buffer) => (received.text += chunk.toString()));
  return received;
}

describe('event ids, in a session whose replicas each count from one', () => {
  let first: CountingServer;
  let second: CountingServer;
  let gateway: Gateway;
  let other: DataPlane;
  let session: string;

  beforeEach(async () => {
    [first, second] = [await startCountingServer(), await startCountingServer()];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    other = await gateway.join();
    session = await begin(gateway.url);
  });
  const listen = async (plane: DataPlane, after?: string) => {
    const stream = await openStream(plane.url, session, after === undefined ? {} : { 'Last-Event-ID': after });
    return { stream, received: listenTo(stream) };
  };
  /** Relocates the session: the first replica goes, and the session is used then. */
  async function move() {
    await gateway.publish(routeTo(second.endpoint));
    await rpc(gateway.url, session, 'tools/list');
  }

  it('are the server’s own until the session is relocated', async () => {
    const { received } = await listen(gateway);
    await waitFor('the stream', () => received.text === ':\n\n');
    first.say('a');
    await waitFor('an event', () => received.text.endsWith(event(1, 'a')));
  });

  it('are not mistaken for those of the next replica, by any data plane', async () => {
    for (const text of ['a', 'b', 'c']) first.say(text);
    await move();
    for (const text of ['d', 'e', 'f', 'g']) second.say(text);
    for (const plane of [gateway, other]) {
      const { stream, received } = await listen(plane, '3');
      await waitFor('the stream', () => received.text !== '');
      stream.destroy();
    }
    expect(second.lastEventIds).toEqual([undefined, undefined]);
  });

  it('resume at the next event after a relocation, too, through every data plane', async () => {
    await move();
    const { stream, received } = await listen(gateway);
    await waitFor('the stream', () => received.text !== '');
    second.say('a');
    await waitFor('an event', () => received.lastId() !== 'none');
    stream.destroy();
    second.say('b');
    for (const plane of [other, gateway]) {
      const next = await listen(plane, received.lastId());
      await waitFor('what came meanwhile', () => next.received.text.includes('data: b'));
      next.stream.destroy();
    }
    expect(second.lastEventIds).toEqual([undefined, '1', '1']);
  });

  it('have the epoch in the answers to calls, too, which then have no length and are uncompressed', async () => {
    await move();
    const headers = { 'mcp-session-id': session, 'accept-encoding': 'gzip' };
    const answer = await send(`${gateway.url}/adapters/echo/mcp`, { headers, body: message('tools/list') });
    expect(answer.text).toMatch(/^id: [\da-f]{8}\.1:90\ndata: \{.*"result":.*\}\n\n$/);
  });
});
