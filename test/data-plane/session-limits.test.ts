import { describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import type { SessionOwner } from '@mcp-gateway/sessions';
import { ADAPTER_1 } from './support/upstream.js';
import type { Route } from '@mcp-gateway/common/contracts';
import { listSessions, sessionRecords } from '@mcp-gateway/sessions';
import { bodyOf, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type DataPlaneOptions, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, message, openStream, rpc } from './support/rpc.js';
import { inSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const MINUTE = 60_000;

async function gatewayWith(sessions: Route['sessions'], options: DataPlaneOptions = {}) {
  const server = await startReplica();
  const gateway = await startGateway({ routes: [routeTo(server.endpoint, { sessions })], ...options });
  return { server, gateway };
}
const open = ({ url }: { url: string }, caller = 'alice') =>
  send(`${url}/adapters/echo/mcp`, {
    body: message('initialize', { protocolVersion: '2025-11-25' }),
    headers: { 'x-dev-userid': caller, 'x-dev-roles': 'mcp.admin' },
  });
const terminations = ({ received }: Replica) =>
  received.filter(({ method }) => method === 'DELETE').map(({ session }) => session);
const statusOf = async (gateway: { url: string }, session: string) =>
  (await callTool(gateway.url, session, 'who')).status;

describe('the number of open sessions', () => {
  it('of one caller is limited, over all data planes, and the answer says what to do', async () => {
    const { server, gateway } = await gatewayWith({ maxOpenPerCaller: 3, idleTimeoutSeconds: 600 });
    const other = await gateway.join();
    const sessions = [await begin(gateway.url), await begin(other.url), await begin(gateway.url)];

    const refused = await open(other);
    expect(refused.status).toBe(429);
    expect(refused.header('retry-after')).toBe('30');
    expect(refused.header('mcp-session-id')).toBeUndefined();
    expect(JSON.parse(refused.text)).toEqual({
      jsonrpc: '2.0',
      id: expect.any(Number),
      error: {
        code: -32010,
        message:
          'Too many sessions are open: you have 3 open sessions on echo, the maximum for one caller; end one that you do ' +
          'not need (GET /adapters/echo/sessions lists them); sessions that are idle for 600 s end by themselves',
        data: { code: 'SESSION_LIMIT', requestId: expect.any(String) },
      },
    });
    // The server had opened it already.
    await waitFor('the session termination', () => terminations(server).length === 1);
    expect(server.sessions.size).toBe(3);

    expect((await open(gateway, 'bob')).status).toBe(200);
    await inSession(gateway.url, sessions[1] as string, { method: 'DELETE' });
    expect((await open(other)).status).toBe(200);
    expect((await open(other)).status).toBe(429);
  });

  it('of an adapter is limited for all callers together', async () => {
    const { gateway } = await gatewayWith({ maxOpen: 2 });
    expect([(await open(gateway, 'bob')).status, (await open(gateway, 'carol')).status]).toEqual([200, 200]);
    const refused = await open(gateway);
    expect(refused.status).toBe(429);
    expect(refused.text).toContain(
      'echo has 2 open sessions, the maximum for all of its callers together; try again later',
    );
  });

  it("is limited by the data plane's settings when the adapter sets no limit", async () => {
    const { gateway } = await gatewayWith({}, { sessionLimits: { maxOpenPerCaller: 1 } });
    expect([(await open(gateway)).status, (await open(gateway)).status]).toEqual([200, 429]);
  });

  it('does not include idle sessions', async () => {
    let now = Date.now();
    const { gateway } = await gatewayWith({ maxOpen: 1, idleTimeoutSeconds: 60 }, { now: () => now });
    await begin(gateway.url);
    expect((await open(gateway)).status).toBe(429);
    now += 2 * MINUTE;
    // The id has the real time, so the open sessions have to be older than that.
    const records = sessionRecords(gateway.redis, gateway.prefix);
    const [id = ''] = await gateway.redis.zRange(records.keys.used(ADAPTER_1), 0, -1);
    await gateway.redis.zAdd(records.keys.used(ADAPTER_1), { value: id, score: Date.now() / 1000 - 120 });
    await gateway.redis.zAdd(records.keys.usedBy(ADAPTER_1, 'alice'), {
      value: id,
      score: Date.now() / 1000 - 120,
    });
    expect((await open(gateway)).status).toBe(200);
  });
});

describe('a session that a server begins for a request of the stateless revision', () => {
  const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'initialize' };
  const initializeWith = (gateway: Gateway, headers: object) =>
    send(`${gateway.url}/adapters/echo/mcp`, {
      body: message('initialize', { protocolVersion: '2025-11-25' }),
      headers: { ...MODERN, ...headers },
    });

  it('counts as any other when the headers name initialize', async () => {
    const { gateway } = await gatewayWith({ maxOpen: 1 });
    const opened = await initializeWith(gateway, {});
    expect([opened.status, opened.header('mcp-session-id')]).toEqual([200, expect.any(String)]);
    expect((await initializeWith(gateway, {})).status).toBe(429);
  });

  it.each(['session', 'none'] as const)('is ended when the headers lie (affinity %s)', async (affinity) => {
    const server = await startReplica();
    const gateway = await startGateway({ routes: [routeTo(server.endpoint, { affinity })] });
    const answer = await initializeWith(gateway, { 'mcp-method': 'tools/list' });
    expect([answer.status, answer.header('mcp-session-id')]).toEqual([200, undefined]);
    await waitFor('the session termination', () => terminations(server).length === 1);
    expect(server.sessions.size).toBe(0);
  });
});

describe('an idle session', () => {
  it('ends on every data plane, and is terminated on its server', async () => {
    let now = Date.now();
    const { server, gateway } = await gatewayWith({ idleTimeoutSeconds: 60 }, { now: () => now });
    const other = await gateway.join();
    const session = await begin(gateway.url);
    expect([await statusOf(gateway, session), await statusOf(other, session)]).toEqual([200, 200]);
    now += 2 * MINUTE;
    expect([await statusOf(gateway, session), await statusOf(other, session)]).toEqual([404, 404]);
    await waitFor('the session termination', () => terminations(server).length === 1);
    expect(server.sessions.size).toBe(0);
  });

  it('ends even if no request for it comes', async () => {
    let now = Date.now();
    const { server, gateway } = await gatewayWith({ idleTimeoutSeconds: 60 }, { now: () => now });
    await begin(gateway.url);
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    expect(server.sessions.size).toBe(1);
    now += 2 * MINUTE;
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    await waitFor('the session termination', () => terminations(server).length === 1);
    const records = sessionRecords(gateway.redis, gateway.prefix);
    expect(await records.idle(ADAPTER_1, now / 1000, 10)).toEqual([]);
  });

  it('continues when it is used just before expiry', async () => {
    let now = Date.now();
    const { server, gateway } = await gatewayWith({ idleTimeoutSeconds: 60 }, { now: () => now });
    await begin(gateway.url);
    now += 2 * MINUTE;
    const { records } = gateway.sessions;
    const { idle } = records;
    const use = async (owner: SessionOwner, id = '') =>
      records.touch([{ id, ...owner, caller: 'alice', at: Math.floor(now / 1000), keepSeconds: 60 }]);
    records.idle = async (owner, before, limit) => {
      const found = await idle(owner, before, limit);
      await use(owner, found[0]);
      return found;
    };
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    expect(server.sessions.size).toBe(1);
    expect(await idle(ADAPTER_1, Infinity, 10)).toHaveLength(1);
  });

  it('continues when it is used on another data plane', async () => {
    let now = Date.now();
    const { gateway } = await gatewayWith({ idleTimeoutSeconds: 60 }, { now: () => now });
    const other = await gateway.join();
    const session = await begin(gateway.url);
    for (let round = 0; round < 4; round++) {
      now += MINUTE / 2;
      expect(await statusOf(other, session)).toBe(200);
    }
    await other.sessions.activity.flush();
    expect(await statusOf(gateway, session)).toBe(200);
  });

  it('continues while its stream is open', async () => {
    let now = Date.now();
    const { server, gateway } = await gatewayWith({ idleTimeoutSeconds: 60 }, { now: () => now });
    const session = await begin(gateway.url);
    const stream = await openStream(gateway.url, session);
    for (let round = 0; round < 3; round++) {
      now += MINUTE / 2;
      await gateway.sessions.activity.flush();
    }
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    expect(await statusOf(gateway, session)).toBe(200);
    expect(terminations(server)).toEqual([]);
    stream.destroy();
  });
});

describe('a session that is too old', () => {
  it.each(['replay', 'terminate'] as const)(
    'ends with its stream, however much it is used (%s)',
    async (sessionRecovery) => {
      let now = Date.now();
      const server = await startReplica();
      const sessions = { maxAgeSeconds: 600 };
      const gateway = await startGateway({
        routes: [routeTo(server.endpoint, { sessions, sessionRecovery })],
        now: () => now,
      });
      const other = await gateway.join();
      const session = await begin(gateway.url);
      const stream = await openStream(other.url, session);
      now += 9 * MINUTE;
      expect([await statusOf(gateway, session), await statusOf(other, session)]).toEqual([200, 200]);
      now += 2 * MINUTE;
      expect(await statusOf(gateway, session)).toBe(404);
      expect((await bodyOf(stream)).toString()).toBe('');
      expect(await statusOf(other, session)).toBe(404);
      await waitFor('the session termination', () => terminations(server).length === 1);
    },
  );

  it('ends even if no request for it comes, and stops counting', async () => {
    let now = Date.now();
    const limits = { maxAgeSeconds: 600, maxOpen: 1 };
    const { server, gateway } = await gatewayWith(limits, { now: () => now });
    await begin(gateway.url);
    now += 9 * MINUTE;
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    expect((await open(gateway)).status).toBe(429);
    now += 2 * MINUTE;
    await gateway.sessions.endOverdue(gateway.routes.get(adapterRef('echo')) as Route);
    expect((await open(gateway)).status).toBe(200);
    await waitFor('the session terminations', () => terminations(server).length === 2);
    expect(server.sessions.size).toBe(1);
    const { sessions } = await listSessions(gateway.redis, gateway.prefix, { ...ADAPTER_1, limit: 10 });
    expect(sessions).toHaveLength(1);
  });
});

describe("a server's session id", () => {
  it.each([
    ['of 4 KB', 'u'.repeat(4_096)],
    ['that is hard to write down', '"\\'.repeat(2_048)],
  ])('%s is forwarded', async (_what, raw) => {
    const { gateway, seen } = await withId(raw);
    const session = await begin(gateway.url);
    await rpc(gateway.url, session, 'ping');
    expect(seen.at(-1)).toBe(raw);
  });

  it('that is longer is refused with an explanation', async () => {
    const { gateway } = await withId('u'.repeat(4_097));
    const { status, text, header } = await open(gateway);
    expect(status).toBe(502);
    expect(header('mcp-session-id')).toBeUndefined();
    expect(text).toContain(
      "The MCP server gave an answer that cannot be passed on: the server's session id is longer than 4096 bytes",
    );
  });
});

async function withId(raw: string): Promise<{ gateway: Gateway; seen: (string | undefined)[] }> {
  const seen: (string | undefined)[] = [];
  const upstream = await startUpstream(async (req, res) => {
    await bodyOf(req);
    seen.push(req.headers['mcp-session-id']?.toString());
    res.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': raw });
    res.end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  return { gateway: await startGateway({ routes: [routeTo(upstream.endpoint)] }), seen };
}
