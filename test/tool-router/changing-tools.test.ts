import { expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { PublishedRoute, PublishedTool } from '@mcp-gateway/common/contracts';
import { closeServer, listen } from '@mcp-gateway/platform/serving';
import { announceRouter, routePublisher } from '@mcp-gateway/routing';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { startGateway } from '../data-plane/support/gateway.js';
import { routersOf, SECRET, WITH_SECRET } from '../data-plane/support/tool-router.js';
import { afterTest } from '../support/clean-up.js';
import { connect } from '../support/clients.js';
import { silent } from '../support/postgres.js';
import { connectRedis } from '../support/redis.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { httpTool, MCP, startHttpTool, startLegacyServer, startModernServer } from './support/servers.js';
import { composeToolRouter } from './support/sources.js';

const CLIENTS = 50;
/** Between two calls of a client: 50 clients share two cores with all that they call. */
const PACE_MS = 250;
/** A second announcement of one change would come by then. */
const SETTLED_MS = 600;
const FRESH = { cacheMode: 'refresh' } as const;

const CALLERS = {
  anna: { 'x-dev-userid': 'anna', 'x-dev-roles': 'team,staff' },
  ben: { 'x-dev-userid': 'ben', 'x-dev-roles': 'team' },
};
type Name = keyof typeof CALLERS;

/** What the servers of the tools have received: the caller of each call, by the id that the client gave it. */
class Ledger {
  readonly callers = new Map<string, string[]>();
  note(id: unknown, caller: unknown): string {
    this.callers.set(String(id), [...(this.callers.get(String(id)) ?? []), String(caller)]);
    return `noted ${String(id)}`;
  }
  /** Ids of calls that have run more than once. */
  repeated = (): string[] => [...this.callers].filter(([, callers]) => callers.length > 1).map(([id]) => id);
}

const argumentsSchema = { type: 'object' as const, properties: { id: { type: 'string' } }, required: ['id'] };

/** A tool of an MCP server, which notes its calls. */
function addTool(server: McpServer, name: string, ledger: Ledger): void {
  const inputSchema = fromJsonSchema<{ id: string }>(argumentsSchema);
  server.registerTool(name, { inputSchema }, ({ id }, { http }) => ({
    content: [{ type: 'text', text: ledger.note(id, http?.req?.headers.get('x-mcp-userid')) }],
  }));
}

async function startServers(ledger: Ledger) {
  const http = await startHttpTool(({ body, headers }, res) =>
    res.end(ledger.note((body as { id: string }).id, headers['x-mcp-userid'])),
  );
  const tools = { legacy: ['one'], modern: ['one'] };
  const running: McpServer[] = [];
  const serverWith = (names: readonly string[]) => {
    const server = new McpServer({ name: 'notes', version: '1' });
    for (const tool of names) addTool(server, tool, ledger);
    return server;
  };
  const legacy = await startLegacyServer(() => {
    const server = serverWith(tools.legacy);
    running.push(server);
    return server.server;
  });
  const modern = await startModernServer(() => serverWith(tools.modern).server);
  return {
    http,
    legacy,
    modern,
    /** The server tells its clients, of which each has a session. */
    addToLegacy(tool: string) {
      tools.legacy.push(tool);
      for (const server of running) addTool(server, tool, ledger);
    },
    addToModern(tool: string) {
      tools.modern.push(tool);
      modern.notify.toolsChanged();
    },
  };
}

/** Two data planes and two tool routers, and the tools of the moment. */
async function startAll() {
  const gateway = await startGateway({ ...WITH_SECRET });
  const planes = [gateway, await gateway.join()];
  const { prefix } = gateway;
  for (const id of ['first', 'second']) {
    const redis = await connectRedis();
    const settings = { prefix, internalSecrets: () => [SECRET], maxBodyBytes: 1024 * 1024, callTimeoutMs: 20_000 };
    const router = composeToolRouter(settings, { redis, log: silent });
    const port = await listen(router.server, { host: '127.0.0.1', port: 0 });
    await waitFor('the router to be ready', () => router.isReady());
    const announcement = announceRouter(redis, prefix, { id, url: `http://127.0.0.1:${port}` }, silent);
    afterTest(async () => {
      await announcement.close();
      await router.close();
      await closeServer(router.server, 0);
    });
    for (const plane of planes) await waitFor('it to be known', () => routersOf(plane).includes(id));
  }
  const publisher = routePublisher(gateway.redis, prefix);
  let generation = 0;
  const version = async () => ({ createdAt: new Date(1), generation, run: await publisher.beginRun() });
  let turn = 0;
  return {
    mcp: `${gateway.url}/mcp`,
    /** Sends each request to the other data plane. */
    inTurn: ((url, init) => {
      const { pathname, search } = new URL(url instanceof Request ? url.url : url);
      return fetch(planes[turn++ % 2]?.url + pathname + search, init);
    }) satisfies typeof fetch,
    async publish(name: string, url: string, definition: PublishedTool, requiredRoles: string[]) {
      generation += 1;
      const endpoints = [{ id: `${name}-0`, url, ready: true }];
      const fields = { resourceId: `id-of-${name}`, generation, createdBy: 'admin', requiredRoles, endpoints };
      const route: PublishedRoute = { kind: 'tool', name, ...fields, affinity: 'none', path: '/' };
      await publisher.publish({ route, definition, version: await version() });
    },
    async withdraw(name: string) {
      generation += 1;
      await publisher.withdraw({ kind: 'tool', name }, await version());
    },
  };
}
type All = Awaited<ReturnType<typeof startAll>>;

interface TestClient {
  caller: Name;
  /** Announcements that it has got. */
  told: number;
  list(): Promise<string[]>;
  call(name: string, id: string): Promise<{ text: string; failed: boolean }>;
}

const resultOf = (result: unknown) => {
  const { content, isError } = result as { content: { text?: string }[]; isError?: boolean };
  return { text: content[0]?.text ?? '', failed: isError === true };
};
const namesIn = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name);

async function legacyClient({ mcp, inTurn }: All, caller: Name): Promise<TestClient> {
  let isListening = false;
  const { client } = await connect(mcp, {
    headers: CALLERS[caller],
    async fetch(url, init) {
      const answer = await inTurn(url, init);
      isListening ||= init?.method === 'GET' && answer.ok;
      return answer;
    },
    prepare: (each) => each.setNotificationHandler(ToolListChangedNotificationSchema, () => void (one.told += 1)),
  });
  afterTest(() => client.close()); // before the data planes end: it would try to reach them again
  const one: TestClient = {
    caller,
    told: 0,
    list: async () => namesIn(await client.listTools()),
    call: async (name, id) => resultOf(await client.callTool({ name, arguments: { id } })),
  };
  await waitFor('the stream for announcements', () => isListening);
  return one;
}

async function modernClient({ mcp, inTurn }: All, caller: Name): Promise<TestClient> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  client.setNotificationHandler('notifications/tools/list_changed', () => void (one.told += 1));
  const requestInit = { headers: CALLERS[caller] };
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit, fetch: inTurn }));
  afterTest(() => client.close().catch(() => {}));
  const one: TestClient = {
    caller,
    told: 0,
    list: async () => namesIn(await client.listTools(undefined, FRESH)),
    call: async (name, id) => resultOf(await client.callTool({ name, arguments: { id } })),
  };
  await client.listen({ toolsListChanged: true });
  return one;
}

/** Tools that clients call, whether or not they are there. No client of `ben` may ever see or call one that is secret. */
const CALLED = ['open', 'closing', 'secret', 'late', 'legacy_one', 'legacy_two', 'modern_one', 'modern_two'];
const SECRET_TOOL = /^secret/;

/** Repeats a step for each client until it is stopped. */
function repeat(
  clients: readonly TestClient[],
  step: (client: TestClient, number: number, round: number) => Promise<void>,
) {
  const stop = new AbortController();
  const loops = clients.map(async (client, number) => {
    for (let round = 0; !stop.signal.aborted; round += 1) {
      await step(client, number, round);
      await delay(PACE_MS, undefined, { ref: false });
    }
  });
  return async () => {
    stop.abort();
    await Promise.all(loops);
  };
}

/** What clients have called, and how it went. */
class Calls {
  readonly begun: { id: string; caller: Name; tool: string }[] = [];
  readonly answered: string[] = [];
  /** Neither answered as it should be, nor refused. */
  readonly others: string[] = [];

  async call(client: TestClient, number: number, round: number): Promise<void> {
    const tool = CALLED[(number + round) % CALLED.length] ?? '';
    const id = `${number}-${round}-${tool}`;
    this.begun.push({ id, caller: client.caller, tool });
    try {
      const { text, failed } = await client.call(tool, id);
      if (!failed && text === `noted ${id}`) this.answered.push(id);
      else this.others.push(`${id}: ${text}`);
    } catch (error) {
      const { message } = error as Error;
      if (!/Unknown tool/.test(message)) this.others.push(`${id}: ${message}`);
    }
  }
}

it('tools change under the calls of 50 clients: nobody sees what it may not, no call runs twice, each change is told once', async () => {
  const ledger = new Ledger();
  const servers = await startServers(ledger);
  const all = await startAll();
  const http = (name: string, description = name) => httpTool(name, { description, inputSchema: argumentsSchema });
  await all.publish('open', servers.http.url, http('open'), ['team']);
  await all.publish('closing', servers.http.url, http('closing'), ['team']);
  await all.publish('secret', servers.http.url, http('secret'), ['staff']);
  await all.publish('legacy', servers.legacy.url, MCP, ['team']);
  await all.publish('modern', servers.modern.url, MCP, ['team']);

  const both: Name[] = ['anna', 'ben'];
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, i) => (i % 4 < 2 ? legacyClient : modernClient)(all, both[i % 2] ?? 'anna')),
  );
  const watchers = await Promise.all(both.flatMap((caller) => [legacyClient(all, caller), modernClient(all, caller)]));
  for (const client of clients) {
    const most = ['closing', 'legacy_one', 'modern_one', 'open'];
    await becomesTrue('all tools', async () =>
      expect(await client.list()).toEqual(client.caller === 'anna' ? [...most, 'secret'].toSorted() : most),
    );
  }
  const calls = new Calls();
  const seen: string[] = [];
  const endCalls = repeat(clients, (...step) => calls.call(...step));
  const endLists = repeat(watchers, async (client) => {
    const names = await client.list();
    if (client.caller === 'ben') seen.push(...names.filter((name) => SECRET_TOOL.test(name)));
  });
  await delay(SETTLED_MS);
  for (const client of clients) client.told = 0;

  /** Makes one change, of which the callers that it concerns, and no others, are told once. */
  async function changes(what: string, concerned: readonly Name[], change: () => Promise<void>) {
    const expected = clients.map((client) => client.told + (concerned.includes(client.caller) ? 1 : 0));
    await change();
    await becomesTrue(what, () => expect(clients.map(({ told }) => told)).toEqual(expected));
    await delay(SETTLED_MS);
    expect([what, clients.map(({ told }) => told)]).toEqual([what, expected]);
  }
  await changes('a new tool', both, () => all.publish('late', servers.http.url, http('late'), ['team']));
  await changes('a new description', both, () => all.publish('open', servers.http.url, http('open', 'new'), ['team']));
  await changes('a restriction', ['ben'], () => all.publish('closing', servers.http.url, http('closing'), ['staff']));
  const restrictedFrom = calls.begun.length;
  await changes('a tool that few may use', ['anna'], () =>
    all.publish('secret-too', servers.http.url, http('secret-too'), ['staff']),
  );
  await changes('a change of it', ['anna'], () =>
    all.publish('secret-too', servers.http.url, http('secret-too', 'new'), ['staff']),
  );
  await changes('another tool of a modern server', both, async () => servers.addToModern('two'));
  await changes('another tool of a legacy server', both, async () => servers.addToLegacy('two'));
  await changes('the end of a server', both, () => all.withdraw('modern'));
  await changes('a removal', both, () => all.withdraw('open'));
  const refused = calls.begun
    .slice(restrictedFrom)
    .filter(({ tool, caller }) => tool === 'closing' && caller === 'ben');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.filter(({ id }) => ledger.callers.has(id))).toEqual([]);
  await changes('the end of the restriction', ['ben'], () =>
    all.publish('closing', servers.http.url, http('closing'), ['team']),
  );

  await Promise.all([endCalls(), endLists()]);
  expect(seen).toEqual([]);
  expect(ledger.repeated()).toEqual([]);
  const secret = calls.begun.filter(({ tool, caller }) => SECRET_TOOL.test(tool) && caller === 'ben');
  expect(secret.filter(({ id }) => ledger.callers.has(id))).toEqual([]);
  const callers = new Map(calls.begun.map(({ id, caller }) => [id, caller]));
  expect(calls.answered.filter((id) => ledger.callers.get(id)?.[0] !== callers.get(id))).toEqual([]);
  expect(calls.answered.length).toBeGreaterThan(CLIENTS);
  expect(calls.others).toEqual([]);
}, 120_000);
