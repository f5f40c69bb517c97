import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf, open } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica } from './support/replica.js';
import { begin, message, openStream } from './support/rpc.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const notice = (id: string) => `id: ${id}\ndata: {"jsonrpc":"2.0","method":"notifications/n${id}"}\n\n`;
const PAID = 'id: c-2\ndata: {"jsonrpc":"2.0","id":7,"result":{"paid":true}}\n\n';
const RESULT = { protocolVersion: '2025-11-25', tools: [{ name: 'pay' }] };

/** The text that has come, also from a stream that breaks off. */
function listenTo(stream: IncomingMessage) {
  const output = { text: '', isOver: false };
  stream.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
  stream.on('close', () => (output.isOver = true));
  return output;
}

/** MCP 2025-11-25, transports, resumability and redelivery. */
describe('a stream of events with ids, whose connection breaks while its replica stays', () => {
  let server: Upstream;
  let gateway: Gateway;
  let session: string;
  /** The answers to the first GET and to the one that resumes. */
  let listen: (res: ServerResponse, after: string | undefined) => unknown;
  let called: string[];
  const gets = () =>
    server.seen.filter(({ method }) => method === 'GET').map(({ header }) => header('last-event-id')[0]);

  beforeEach(async () => {
    called = [];
    server = await startUpstream(async (req, res, { header }) => {
      if (req.method === 'GET') return listen(res, header('last-event-id')[0]);
      const { id, method } = JSON.parse((await bodyOf(req)).toString()) as { id?: number; method: string };
      if (id === undefined) return res.writeHead(202).end();
      called.push(method);
      if (['tools/call', 'tools/list'].includes(method) && called.filter((each) => each === method).length === 1) {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        return res.write('id: c-1\ndata:\n\n', () => res.destroy());
      }
      const head = method === 'initialize' ? { 'mcp-session-id': 'raw' } : {};
      return res.writeHead(200, head).end(JSON.stringify({ jsonrpc: '2.0', id, result: RESULT }));
    });
    gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    session = await begin(gateway.url);
  });
  const beginStream = (res: ServerResponse, text: string, breakOff?: () => unknown) =>
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(text, breakOff);
  async function post(method: string) {
    const body = message(method, { name: 'pay' }, 7);
    return listenTo(await open(`${gateway.url}/adapters/echo/mcp`, { headers: { 'mcp-session-id': session }, body }));
  }

  it('is resumed after the last complete event, and the client sees no break', async () => {
    listen = (res, after) => {
      if (after === undefined) beginStream(res, `${notice('99')}${notice('100')}id: 10`, () => res.destroy());
      else beginStream(res, notice('101'));
    };
    const output = listenTo(await openStream(gateway.url, session));
    await waitFor('what came after the break', () => output.text.includes('n101'));
    const ending = 'id: 10\nevent: incomplete\nid: 100\n\n'; // or the client would resume after event 10
    expect(output).toEqual({ text: notice('99') + notice('100') + ending + notice('101'), isOver: false });
    expect(gets()).toEqual([undefined, '100']);
  });

  it("is resumed after the client's own Last-Event-ID, when no event came", async () => {
    let opened = 0;
    listen = (res) =>
      (opened += 1) === 1 ? beginStream(res, ':\n\n', () => res.destroy()) : beginStream(res, notice('6'));
    const output = listenTo(await openStream(gateway.url, session, { 'Last-Event-ID': '5' }));
    await waitFor('what came after the break', () => output.text.includes('n6'));
    expect(gets()).toEqual(['5', '5']);
  });

  it('is aborted at the client when the server does not resume it', async () => {
    listen = (res, after) => {
      if (after === undefined) beginStream(res, notice('1'), () => res.destroy());
      else res.writeHead(400).end('unknown event');
    };
    const stream = await openStream(gateway.url, session);
    const output = listenTo(stream);
    await waitFor('the break', () => output.isOver);
    expect([output.text, stream.complete]).toEqual([notice('1'), false]);
  });

  it('is aborted at the client when it answers a call, which the client resumes', async () => {
    listen = (res, after) =>
      res.writeHead(200, { 'content-type': 'text/event-stream' }).end(after === 'c-1' ? PAID : '');
    const output = await post('tools/call');
    await waitFor('the break', () => output.isOver);
    expect(output.text).toBe('id: c-1\ndata:\n\n');
    const resumed = await bodyOf(await openStream(gateway.url, session, { 'Last-Event-ID': 'c-1' }));
    expect(resumed.toString()).toBe(PAID);
    expect(called).toEqual(['initialize', 'tools/call', 'ping']);
  });

  it('is continued by repeating a request that only reads', async () => {
    const output = await post('tools/list');
    await waitFor('the answer', () => output.isOver);
    expect(output.text).toMatch(/^id: c-1\ndata:\n\nevent: message\ndata: .*"id":7,"result":.*\n\n$/);
    expect(called).toEqual(['initialize', 'tools/list', 'ping', 'tools/list']);
  });
});

describe('a stream of events with ids, whose replica dies', () => {
  it.each([
    [
      'of a call, has the error that says so',
      'tools/call',
      /^id: c-1\ndata:\n\nevent: message\n.*UPSTREAM_GONE.*\n\n$/,
    ],
    [
      'of a list, has the answer of the next',
      'tools/list',
      /^id: c-1\ndata:\n\nevent: message\n.*"name":"replica-\d+".*\n\n$/,
    ],
  ])('%s', async (_what, method, text) => {
    const [first, second] = [await startReplica({ events: true }), await startReplica({ events: true })];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const held = first.hold(method);
    const body = message(method, { name: 'pay' });
    const answer = open(`${gateway.url}/adapters/echo/mcp`, { headers: { 'mcp-session-id': session }, body });
    const res = await held;
    await new Promise((resolve) => res.write('id: c-1\ndata:\n\n', resolve));
    await first.kill();
    expect((await bodyOf(await answer)).toString()).toMatch(text);
  });

  it('or drains, gets an error for a call: its session is relocated, so the call cannot be resumed', async () => {
    const [first, second] = [await startReplica({ events: true }), await startReplica()];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    const held = first.hold('tools/call');
    const body = message('tools/call', { name: 'pay' });
    const answer = open(`${gateway.url}/adapters/echo/mcp`, { headers: { 'mcp-session-id': session }, body });
    const res = await held;
    const drainUntil = new Date(Date.now() + 60_000).toISOString();
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false, draining: true, drainUntil }, second.endpoint]));
    res.write('id: c-1\ndata:\n\n', () => res.destroy());
    expect((await bodyOf(await answer)).toString()).toContain('UPSTREAM_GONE');
  });

  it('is not resumed for a call on the next replica, whose answer breaks off early', async () => {
    const first = await startReplica({ events: true });
    let calls = 0;
    const tools = [{ name: 'look', annotations: { readOnlyHint: true } }];
    const second = await startUpstream(async (req, res) => {
      const { id, method } = JSON.parse((await bodyOf(req)).toString()) as { id?: number; method: string };
      if (id === undefined) return res.writeHead(202).end();
      const text = JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25', tools } });
      res.writeHead(200, { 'mcp-session-id': 'raw', 'content-type': 'application/json' });
      if (method === 'tools/call' && ++calls === 1) return res.write(text.slice(0, 9), () => res.destroy());
      return res.end(text);
    });
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const held = first.hold('tools/call');
    const body = message('tools/call', { name: 'look' }, 7);
    const answer = open(`${gateway.url}/adapters/echo/mcp`, { headers: { 'mcp-session-id': session }, body });
    const res = await held;
    await new Promise((resolve) => res.write('id: c-1\ndata:\n\n', resolve));
    await first.kill();
    expect((await bodyOf(await answer)).toString()).toContain('"id":7,"result":');
    expect(calls).toBe(2);
  });

  it("continues on the next replica without resuming events of the one before, when it is the server's own", async () => {
    const [first, second] = [await startReplica(), await startReplica()];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const output = listenTo(await openStream(gateway.url, session));
    const [upstreamId] = [...first.sessions.keys()];
    first.sessions.get(upstreamId as string)?.write(notice('5'));
    await waitFor('an event', () => output.text === notice('5'));
    await first.kill();
    const request = await waitFor('the stream', () => second.received.find((each) => each.method === 'GET'));
    expect(request.headers['last-event-id']).toBeUndefined();
    expect(output.isOver).toBe(false);
  });
});
