import {
  resourceKey,
  ToolsetSpec,
  type PublishedRoute,
  type PublishedTool,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { PRINCIPAL_HEADER, sealPrincipal } from '@mcp-gateway/identity';
import { closeServer, listen } from '@mcp-gateway/platform/serving';
import { routePublisher } from '@mcp-gateway/routing';
import { Client, StreamableHTTPClientTransport, type ClientCapabilities } from '@modelcontextprotocol/client';
import { afterTest } from '../../support/clean-up.js';
import { connect, type ClientOptions, type Session } from '../../support/clients.js';
import { silent } from '../../support/postgres.js';
import { connectRedis, freshPrefix } from '../../support/redis.js';
import { waitFor } from '../../support/wait.js';
import { composeToolRouter, type ToolRouterParts, type ToolRouterSettings } from './sources.js';

export const SECRET = 'a secret that data planes and tool routers share';

export const principal = (subject: string, ...roles: string[]): Principal => ({
  subject,
  name: subject,
  roles,
  tenant: 'default',
});
export const alice = principal('alice', 'team');

export interface Published {
  definition: PublishedTool;
  /** Origins of its replicas. */
  urls: readonly string[];
  path?: string;
  route?: Partial<PublishedRoute>;
}

/** What a data plane sends with the requests of a caller. */
export const headersOf = (caller: Principal): Record<string, string> => ({
  'x-mcp-gateway-secret': SECRET,
  [PRINCIPAL_HEADER]: sealPrincipal(caller),
});

export interface RouterOptions
  extends
    Pick<ToolRouterSettings, 'egress'>,
    Partial<Pick<ToolRouterParts, 'pageSize' | 'firstListMs' | 'log' | 'broker' | 'metrics' | 'recorder'>> {
  callTimeoutMs?: number;
  /** Of the keys in Redis. */
  prefix?: string;
}

/** A tool router as main.ts builds it, whose tools the test publishes as the worker does. */
export async function startRouter({
  callTimeoutMs = 10_000,
  prefix = freshPrefix(),
  egress,
  ...parts
}: RouterOptions = {}) {
  const publisher = routePublisher(await connectRedis(), prefix);
  await publisher.publishAll([], 0);
  const settings = { prefix, internalSecrets: () => [SECRET], maxBodyBytes: 4 * 1024 * 1024, callTimeoutMs, egress };

  async function start() {
    let origin: string | undefined;
    const router = composeToolRouter(
      { ...settings, ownUrl: () => origin },
      { redis: await connectRedis(), log: silent, ...parts },
    );
    const port = await listen(router.server, { host: '127.0.0.1', port: 0 });
    afterTest(async () => {
      await router.close();
      await closeServer(router.server, 0);
    });
    origin = `http://127.0.0.1:${port}`;
    await waitFor('the router to be ready', async () => (await fetch(`${origin}/readyz`)).ok);
    return `${origin}/mcp`;
  }

  const version = async () => ({ createdAt: new Date(1), generation: 1, run: await publisher.beginRun() });
  return {
    url: await start(),
    /** Another router of the same gateway. */
    start,
    async publish(name: string, { definition, urls, path = '/', route = {} }: Published) {
      const endpoints = urls.map((url) => ({ id: `${name} at ${url}`, url, path, ready: true }));
      await publisher.publish({
        route: { ...routeOf({ kind: 'tool', name }), path, endpoints, ...route },
        definition,
        version: await version(),
      });
    },
    /** Publishes an adapter, which by itself is no source of tools. */
    async publishAdapter(name: string, url: string, route: Partial<PublishedRoute> = {}) {
      const endpoints = [{ id: `${name} at ${url}`, url, path: '/mcp', ready: true }];
      const ref = routeOf({ kind: 'adapter', name });
      await publisher.publish({ route: { ...ref, path: '/mcp', endpoints, ...route }, version: await version() });
    },
    /** @param spec without its name */
    async publishToolset(name: string, spec: object) {
      const { title, description, tools, names, search, requiredRoles } = ToolsetSpec.parse({ name, ...spec });
      await publisher.publish({
        route: { ...routeOf({ kind: 'toolset', name }), requiredRoles, path: `/mcp/t/${name}`, endpoints: [] },
        definition: { type: 'toolset', ...(title !== undefined && { title }), description, tools, names, search },
        version: await version(),
      });
    },
    withdraw: async (name: string) => void (await publisher.withdraw({ kind: 'tool', name }, await version())),
  };
}

const routeOf = (ref: ResourceRef): Omit<PublishedRoute, 'path' | 'endpoints'> => ({
  ...ref,
  resourceId: `id of ${resourceKey(ref)}`,
  generation: 1,
  createdBy: 'alice',
  requiredRoles: ['team'],
  affinity: 'none',
});

/** A legacy client (SDK 1) of a caller, as if through a data plane. */
export const legacyClient = (url: string, caller = alice, options: ClientOptions = {}): Promise<Session> =>
  connect(url, { ...options, headers: headersOf(caller) });

export interface ModernOptions {
  capabilities?: ClientCapabilities;
  prepare?: (client: Client) => void;
}

/** A modern client (SDK 2) of a caller, as if through a data plane. */
export async function modernClient(
  url: string,
  caller = alice,
  { capabilities = {}, prepare }: ModernOptions = {},
): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  prepare?.(client);
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: headersOf(caller) } });
  await client.connect(transport);
  afterTest(() => client.close().catch(() => {}));
  return client;
}

export interface Round {
  result?: { requestState?: string; inputRequests?: Record<string, unknown> };
}

/** One round of a call of a modern client, as it is on the wire. */
export async function callRound(
  url: string,
  caller: Principal,
  params: { name: string; [member: string]: unknown },
  capabilities: ClientCapabilities,
): Promise<Round> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...headersOf(caller),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': params.name,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { _meta, ...params } }),
  });
  const body = await response.text();
  return JSON.parse(body.startsWith('{') ? body : (/^data: (\{.*\})$/m.exec(body)?.[1] ?? '{}')) as Round;
}

export const textOf = (result: unknown): string =>
  (result as { content: { text?: string }[] }).content.map(({ text }) => text).join('\n');
