import { once } from 'node:events';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { ADAPTER_1 } from './support/upstream.js';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import { listSessions } from '@mcp-gateway/sessions';
import { bodyOf, open, send } from '../support/http.js';
import { redisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlane, type Gateway } from './support/gateway.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const MINUTE = 60_000;

describe('a stream of the older HTTP transport is a session', () => {
  let server: Upstream;
  let streams: ServerResponse[];
  let gateway: Gateway;
  let now: number;
  beforeEach(async () => {
    now = Date.now();
    streams = [];
    server = await startUpstream((req, res) => {
      if (req.method !== 'GET') return res.writeHead(202).end();
      streams.push(res);
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      return res.write(`event: endpoint\ndata: /message?s=${streams.length}\n\n`);
    });
    gateway = await gatewayWith({});
  });
  const gatewayWith = (sessions: Route['sessions'], changes: Partial<Route> = {}) =>
    startGateway({ routes: [routeTo(server.endpoint, { sessions, ...changes })], now: () => now });

  const connect = (url = gateway.url, caller = 'alice') =>
    open(`${url}/adapters/echo/sse`, {
      method: 'GET',
      headers: { 'x-dev-userid': caller, 'x-dev-roles': 'mcp.admin' },
    });
  async function messagesOf(stream: IncomingMessage): Promise<string> {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    return new URL(/data: (.*)\n/.exec(chunk.toString())?.[1] ?? '', `${gateway.url}/adapters/echo/sse`).href;
  }
  const listed = async () => {
    const page = { ...ADAPTER_1, limit: 10 };
    return (await listSessions(gateway.redis, gateway.prefix, page)).sessions;
  };
  const post = async (messages: string) => (await send(messages, { body: '{}' })).status;

  it('that is recorded before the client can send, and ends with the stream', async () => {
    const stream = await connect();
    const messages = await messagesOf(stream);
    expect(await listed()).toMatchObject([{ record: { caller: 'alice', transport: 'http-sse', upstreamId: '/sse' } }]);
    expect(await post(messages)).toBe(202);
    stream.destroy();
    await waitFor('the session to end', async () => (await listed()).length === 0);
    expect(await post(messages)).toBe(404);
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'POST']); // no DELETE is needed
  });

  it.each(['session', 'none'] as const)(
    'that counts against the limit, over all data planes (affinity %s)',
    async (affinity) => {
      gateway = await gatewayWith({ maxOpen: 3, maxOpenPerCaller: 2 }, { affinity });
      const other = await gateway.join();
      const opened = [await connect(), await connect(other.url)];
      const refused = await connect(other.url);
      expect(refused.statusCode).toBe(429);
      expect((await bodyOf(refused)).toString()).toContain('you have 2 open sessions on echo');
      await waitFor('the server to lose the stream', () => streams[2]?.destroyed);

      expect((await connect(gateway.url, 'bob')).statusCode).toBe(200);
      expect((await connect(gateway.url, 'carol')).statusCode).toBe(429);
      opened[0]?.destroy();
      await waitFor('its place', async () => (await listed()).length === 2);
      expect((await connect(other.url)).statusCode).toBe(200);
    },
  );

  it('that the API can end, on whichever data plane the stream is', async () => {
    const other = await gateway.join();
    const stream = await connect(other.url);
    const messages = await messagesOf(stream);
    const [session] = await listed();
    const how = { now: Math.floor(now / 1000), keepSeconds: 60, tellServer: true };
    const ref = { id: session?.id ?? '', ...ADAPTER_1, caller: 'alice' };
    await gateway.sessions.records.close(ref, adapterRef('echo'), how);
    expect((await bodyOf(stream)).toString()).toBe('');
    await server.seen[0]?.cut;
    expect(await post(messages)).toBe(404);
  });

  it('that stops counting after the data plane that held it has died', async () => {
    await connect();
    const other = await gateway.join();
    const sweepIn = async (minutes: number) => {
      now += minutes * MINUTE;
      await other.sessions.endOverdue(other.routes.get(adapterRef('echo')) as Route);
      return (await listed()).length;
    };
    expect(await sweepIn(4)).toBe(1);
    await gateway.sessions.activity.flush(); // it lives, and records its use
    expect(await sweepIn(4)).toBe(1);
    expect(await sweepIn(2)).toBe(0);
  });

  it('that continues after Redis was unavailable for longer than the limit for lost streams', async () => {
    const line = await redisLine();
    gateway = await startGateway({ routes: [routeTo(server.endpoint)], redisUrl: line.url, now: () => now });
    const other = await gateway.join();
    const route = gateway.routes.get(adapterRef('echo')) as Route;
    const stream = await connect();
    const messages = await messagesOf(stream);
    const isSwept = async ({ sessions }: DataPlane) => {
      await sessions.endOverdue(route); // rejects while Redis is unavailable
      return true;
    };
    now += MINUTE;
    line.cut();
    for (const { sessions } of [other, gateway]) {
      const isMissed = () =>
        sessions.records.nextTermination().then(
          () => false,
          () => true,
        );
      await waitFor('Redis to be missed', isMissed);
    }
    for (let minute = 0; minute < 8; minute++) {
      now += MINUTE;
      await gateway.sessions.activity.flush();
    }
    line.restore();
    for (const member of [other, gateway]) await waitFor('a sweep', () => isSwept(member));
    now += MINUTE / 2;
    for (const member of [other, gateway]) await isSwept(member);
    expect(await listed()).toHaveLength(1);
    expect(await post(messages)).toBe(202);
    expect(stream.closed).toBe(false);
    stream.destroy();
  });

  it('that ends at its maximum age, however much it is used', async () => {
    // Ids have the time of the machine: half a minute for a slow one.
    gateway = await gatewayWith({ maxAgeSeconds: 570, idleTimeoutSeconds: 60 });
    const stream = await connect();
    const messages = await messagesOf(stream);
    const route = gateway.routes.get(adapterRef('echo')) as Route;
    for (let minute = 1; minute < 10; minute++) {
      now += MINUTE;
      await gateway.sessions.activity.flush();
      await gateway.sessions.endOverdue(route);
    }
    expect(await post(messages)).toBe(202);
    now += MINUTE;
    await gateway.sessions.endOverdue(route);
    expect((await bodyOf(stream)).toString()).toBe('');
    expect(await post(messages)).toBe(404);
    await server.seen[0]?.cut;
  });
});
