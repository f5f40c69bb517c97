import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, openStream, whereIs } from './support/rpc.js';
import { openSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const NOTICE = (text: string) => `event: message\ndata: ${JSON.stringify(text)}\n\n`;

async function next(stream: IncomingMessage): Promise<string> {
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  return chunk.toString();
}
/** The session that has its stream open on the replica, once there is one. */
const listening = (replica: Replica): Promise<string> =>
  waitFor('a stream', () => [...replica.sessions].find(([, stream]) => stream)?.[0]);
const gets = ({ received }: Replica) => received.filter(({ method }) => method === 'GET');

describe("the server's own stream of a session", () => {
  let first: Replica;
  let second: Replica;
  let gateway: Gateway;
  let session: string;

  beforeEach(async () => {
    [first, second] = [await startReplica(), await startReplica()];
    gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
  });

  it('stays open when its replica dies, and continues with the messages of the next one', async () => {
    const stream = await openStream(gateway.url, session);
    first.notify(await listening(first), 'from the first');
    expect(await next(stream)).toBe(NOTICE('from the first'));
    await first.kill();
    second.notify(await listening(second), 'from the second');
    expect(await next(stream)).toBe(NOTICE('from the second'));
    expect(await whereIs(gateway.url, session)).toBe(second.endpoint.id);
    expect(second.sessions.size).toBe(1);
  });

  it('stays open when its replica leaves the routes without closing it', async () => {
    const stream = await openStream(gateway.url, session);
    await listening(first);
    await gateway.publish(routeTo(second.endpoint));
    second.notify(await listening(second), 'from the second');
    expect(await next(stream)).toBe(NOTICE('from the second'));
  });

  it('follows the session when another data plane relocates it', async () => {
    const other = await gateway.join();
    const stream = await openStream(gateway.url, session);
    await listening(first);
    first.sessions.clear(); // its stream stays open
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false }, second.endpoint]));
    await whereIs(other.url, session);
    second.notify(await listening(second), 'from the second');
    expect(await next(stream)).toBe(NOTICE('from the second'));
    expect(second.sessions.size).toBe(1);
  });

  it('does not let the client take half an event for a whole one', async () => {
    const stream = await openStream(gateway.url, session);
    first.sessions.get(await listening(first))?.write('event: message\ndata: {"half');
    expect(await next(stream)).toBe('event: message\ndata: {"half');
    const rest = next(stream);
    await first.kill();
    expect(await rest).toBe('\nevent: incomplete\n\n');
    second.notify(await listening(second), 'whole');
    expect(await next(stream)).toBe(NOTICE('whole'));
  });

  it('requests nothing from the next replica that only the one before could resume', async () => {
    const stream = await openStream(gateway.url, session, { 'Last-Event-ID': '17' });
    await listening(first);
    expect(gets(first)[0]?.headers['last-event-id']).toBe('17');
    await first.kill();
    await listening(second);
    expect(gets(second)[0]?.headers['last-event-id']).toBeUndefined();
    stream.destroy();
  });

  it('ends when the session does', async () => {
    const stream = await openStream(gateway.url, session);
    await listening(first);
    const ended = bodyOf(stream);
    const other = await gateway.join();
    await fetch(`${other.url}/adapters/echo/mcp`, {
      method: 'DELETE',
      headers: { 'mcp-session-id': session, 'x-dev-userid': 'alice' },
    });
    expect((await ended).toString()).toBe('');
    expect(second.received).toEqual([]);
  });

  it('is not reopened when its client leaves while its replica is gone', async () => {
    const stream = await openStream(gateway.url, session);
    await listening(first);
    await gateway.publish(routeTo([first.endpoint]));
    await first.kill();
    stream.destroy();
    await gateway.publish(routeTo(second.endpoint));
    await whereIs(gateway.url, session);
    expect(gets(second)).toEqual([]);
  });
});

describe('a server without a stream of its own', () => {
  it.each([405, 404, 400])('has its answer passed on, with %d, and keeps the session', async (getStatus) => {
    const server = await startReplica({ getStatus });
    const gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    const session = await begin(gateway.url);
    const answer = await openStream(gateway.url, session);
    expect(answer.statusCode).toBe(getStatus);
    await whereIs(gateway.url, session);
    expect(server.sessions.size).toBe(1);
  });

  it('or with a stream that never lasts is retried four times, and again when the client reconnects', async () => {
    let opened = 0;
    const server = await startUpstream(async (req, res) => {
      await bodyOf(req);
      if (req.method !== 'GET') return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{}');
      opened += 1;
      return res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n', () => res.destroy());
    });
    const gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    const stream = await openStream(gateway.url, await openSession(gateway.url));
    expect((await bodyOf(stream)).toString()).toBe(': hello\n\n'.repeat(4));
    expect(opened).toBe(4);
  });

  it('that replaces one with a stream makes the stream end', async () => {
    const [first, second] = [await startReplica(), await startReplica({ getStatus: 405 })];
    const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([first.endpoint, second.endpoint]));
    const stream = await openStream(gateway.url, session);
    await listening(first);
    await first.kill();
    expect((await bodyOf(stream)).toString()).toBe('');
    expect(stream.complete).toBe(true);
  });
});
