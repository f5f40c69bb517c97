import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { bodyOf, open } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { message } from './support/rpc.js';
import { inSession, openSession } from './support/session-server.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const EVENT = gzipSync('event: message\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\n\n');
const CODED = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' };
const INITIALIZED = '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25"}}';

describe('a compressed answer', () => {
  let server: Upstream;
  let answers: ServerResponse[];
  let other: Replica;
  let gateway: Gateway;
  let session: string;
  const only = (changes: Partial<Route> = {}) => gateway.publish(routeTo(server.endpoint, changes));

  beforeEach(async () => {
    answers = [];
    server = await startUpstream(async (req, res) => {
      const body = await bodyOf(req);
      if (body.includes('notifications/')) return res.writeHead(202).end();
      if (body.includes('"initialize"')) return res.writeHead(200, { 'mcp-session-id': 'raw' }).end(INITIALIZED);
      if (req.method === 'DELETE') return res.end();
      res.writeHead(200, CODED).write(EVENT);
      return answers.push(res);
    });
    other = await startReplica({ events: true });
    gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
    session = await openSession(gateway.url);
  });

  /** The bytes that the client had received when its connection broke. */
  async function broken(method: string, breakOff: () => unknown): Promise<Buffer> {
    const res = await open(`${gateway.url}/adapters/echo/mcp`, {
      method,
      headers: { 'Mcp-Session-Id': session, 'Accept-Encoding': 'gzip' },
      ...(method === 'POST' && { body: message('tools/list') }),
    });
    expect(res.headers['content-encoding']).toBe('gzip');
    const [chunk] = (await once(res, 'data')) as [Buffer];
    const rest = bodyOf(res).then(
      () => 'ended',
      () => 'broken off',
    );
    await breakOff();
    expect(await rest).toBe('broken off');
    return chunk;
  }
  const cut = async () => {
    await gateway.publish(routeTo([server.endpoint, other.endpoint]));
    answers.forEach((res) => res.destroy());
  };

  it.each(['POST', 'GET'])('is aborted where its replica broke off, because nothing can follow: %s', async (method) => {
    expect(await broken(method, cut)).toEqual(EVENT);
    expect(other.received).toEqual([]);
  });

  it('is aborted when its session is relocated', async () => {
    expect(await broken('GET', () => gateway.publish(routeTo(other.endpoint)))).toEqual(EVENT);
  });

  it('is aborted when its session ends, even where sessions are not recovered', async () => {
    await only({ sessionRecovery: 'terminate' });
    expect(await broken('GET', () => inSession(gateway.url, session, { method: 'DELETE' }))).toEqual(EVENT);
  });

  it('does not follow an answer that began uncompressed', async () => {
    const first = await startReplica({ events: true });
    await gateway.publish(routeTo(first.endpoint));
    const begun = await openSession(gateway.url);
    await gateway.publish(routeTo([first.endpoint, server.endpoint]));
    const held = first.hold('tools/list');
    const answer = inSession(gateway.url, begun, {
      headers: { 'Accept-Encoding': 'gzip' },
      body: message('tools/list', {}, 5),
    });
    await held;
    await first.kill();
    const { text, header } = await answer;
    expect(header('content-encoding')).toBeUndefined();
    expect(text).toMatch(/^event: message\ndata: \{"jsonrpc":"2.0","id":5,"error":\{"code":-32006,.*\n\n$/);
    expect(answers.length).toBeGreaterThan(0);
    expect(server.seen.flatMap((each) => each.header('accept-encoding'))).toEqual([]);
    await waitFor('the connections to end', () => answers.every((res) => res.destroyed));
  });
});
