import { once } from 'node:events';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { ADAPTER_1 } from './support/upstream.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import { sessionRecords } from '@mcp-gateway/sessions';
import { open, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, openStream, whereIs } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' };

describe('during the rollout of a new path', () => {
  let old: Replica;
  let fresh: Replica;
  let gateway: Gateway;

  beforeEach(async () => {
    [old, fresh] = [await startReplica(), await startReplica({ path: '/api/mcp' })];
    gateway = await startGateway({ routes: [between([old.endpoint])] });
  });

  /** The route as the worker publishes it once it knows the change. */
  const between = (endpoints: PublishedRoute['endpoints']): PublishedRoute => ({
    ...routeTo([]),
    path: '/api/mcp',
    endpoints,
  });
  const rollOut = (more = {}) => gateway.publish(between([{ ...old.endpoint, ...more }, fresh.endpoint]));
  const count = ({ received }: Replica, what: string) => received.filter(({ method }) => method === what).length;

  it('sessions begin, continue, listen and end on each replica at its own path', async () => {
    await rollOut();
    const sessions = new Map<string, string>();
    await waitFor('a session on each', async () => {
      const session = await begin(gateway.url);
      return sessions.set(await whereIs(gateway.url, session), session).size === 2;
    });
    for (const [name, session] of sessions) {
      const stream = await openStream(gateway.url, session);
      expect(stream.statusCode).toBe(200);
      stream.destroy();
      const headers = { 'Mcp-Session-Id': session };
      expect((await send(`${gateway.url}/adapters/echo/mcp`, { method: 'DELETE', headers })).status).toBe(200);
      expect(count(name === old.endpoint.id ? old : fresh, 'DELETE')).toBe(1);
    }
  });

  it('each replica answers requests without a session', async () => {
    const serverAt = async (path: string) => {
      const { endpoint, seen } = await startUpstream((req, res) =>
        req.resume().once('end', () => res.writeHead(req.url === `${path}?a=b` ? 200 : 404).end()),
      );
      return { endpoint: { ...endpoint, path }, seen };
    };
    const servers = [await serverAt('/mcp'), await serverAt('/api/mcp')];
    const published = between(servers.map(({ endpoint }) => endpoint));
    await gateway.publish({ ...published, affinity: 'none' });
    const statuses = new Set<number>();
    await waitFor('a request to each', async () => {
      const url = `${gateway.url}/adapters/echo/mcp?a=b`;
      statuses.add((await send(url, { headers: MODERN, body: '{}' })).status);
      return servers.every(({ seen }) => seen.length > 0);
    });
    expect([...statuses]).toEqual([200]);
  });

  it('a session is relocated from a draining replica to one with the new path', async () => {
    const session = await begin(gateway.url);
    await rollOut({ ready: false, draining: true });
    expect(await whereIs(gateway.url, session)).toBe(fresh.endpoint.id);
    expect(count(fresh, 'initialize')).toBe(1);
  });

  it('a call under way is repeated at the new path when the tool hints of the server there allow it', async () => {
    const session = await begin(gateway.url);
    const held = old.hold('tools/call');
    const call = callTool(gateway.url, session, 'look');
    await held;
    await rollOut();
    await Promise.all([old.kill(), gateway.publish(between([fresh.endpoint]))]);
    expect((await call).json.result.content[0].text).toBe(fresh.endpoint.id);
    expect(count(fresh, 'tools/list')).toBeGreaterThan(0);
  });

  it('a server with the old path gets a DELETE when the API ends its session', async () => {
    await begin(gateway.url);
    await rollOut();
    const records = sessionRecords(gateway.redis, gateway.prefix);
    const [id = ''] = await gateway.redis.zRange(records.keys.used(ADAPTER_1), 0, -1);
    const ref = { id, ...ADAPTER_1, caller: 'alice' };
    await records.close(ref, adapterRef('echo'), { now: 1, keepSeconds: 60, tellServer: true });
    await waitFor('the session termination', () => count(old, 'DELETE') === 1);
    expect(old.sessions.size).toBe(0);
  });

  it('a stream of the older transport opens beside the path of its replica', async () => {
    const server = await startUpstream((_req, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('event: endpoint\ndata: /messages\n\n');
    });
    await gateway.publish(between([server.endpoint]));
    const stream = await open(`${gateway.url}/adapters/echo/sse`, { method: 'GET' });
    await once(stream, 'data');
    stream.destroy();
    expect(server.seen.map(({ url }) => url)).toEqual(['/sse']);
  });
});
