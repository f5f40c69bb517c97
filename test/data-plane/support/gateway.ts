import type { Agent } from 'node:https';
import { randomBytes } from 'node:crypto';
import { isAllTools, isServedByRouters, Route, type PublishedRoute } from '@mcp-gateway/common/contracts';
import type { AuditTrail } from '@mcp-gateway/audit';
import type { Peppers, SignIn, Verifier } from '@mcp-gateway/identity';
import type { Egress } from '@mcp-gateway/platform/egress';
import { redisClient, type RedisClient } from '@mcp-gateway/platform/redis';
import type { TenantTable } from '@mcp-gateway/quotas';
import type { RouteTable } from '@mcp-gateway/routing';
import { SessionKeyRing } from '@mcp-gateway/sessions';
import { closeServer, listen, type BrowserAccess } from '@mcp-gateway/platform/serving';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import { oidcSignIn } from '../../support/verifier.js';
import { afterTest } from '../../support/clean-up.js';
import { silent } from '../../support/postgres.js';
import { latestRunPublisher } from '../../support/publisher.js';
import { addressOf, connectRedis, freshPrefix, isClusterUrl, sharedRedis } from '../../support/redis.js';
import { waitFor } from '../../support/wait.js';
import {
  composeDataPlane,
  dataPlaneFields,
  type DataPlaneSettings,
  type SessionStore,
  type Upstreams,
  type Wire,
} from './sources.js';

export interface DataPlaneOptions {
  /** Default: the Redis of the test file. */
  redisUrl?: string;
  /** As in MCP_GATEWAY_SESSION_KEYS. */
  keys?: string;
  /** Instead of `keys`, for a test that replaces them. */
  keyRing?: SessionKeyRing;
  access?: BrowserAccess;
  verifier?: Verifier;
  trail?: AuditTrail;
  /** As in OIDC_ISSUERS. */
  issuers?: object[];
  signIn?: SignIn;
  apiKeyPeppers?: Peppers;
  /** As in MCP_GATEWAY_ALLOWED_CALLERS. */
  allowedCallers?: string[];
  controlPlane?: string;
  controlPlaneAgent?: Agent;
  /** The secrets that it shows to the control plane. */
  internalSecrets?: () => readonly string[];
  /** As in MCP_GATEWAY_IDENTITY_KEYS; a function for keys that change. */
  identityKeys?: () => string;
  /** As in MCP_GATEWAY_PUBLIC_URL. */
  publicUrl?: string;
  /** As in MCP_GATEWAY_TRUSTED_PROXIES. */
  trustedProxies?: readonly string[];
  bodyBytes?: number;
  /** As in MCP_GATEWAY_QUOTA_WITHOUT_REDIS. */
  quotaWithoutRedis?: DataPlaneSettings['quotaWithoutRedis'];
  timeoutMs?: number;
  /** How it connects to remote servers; default: to public addresses only. */
  egress?: Egress;
  /** How long requests may continue on a replica that has left the routes. */
  leaveMs?: number;
  /** How long a session that has lost its replica waits for another replica. */
  moveWithinMs?: number;
  /** How long requests wait for an endpoint. */
  waitMs?: number;
  wire?: Wire;
  /** The URL on which it listens. */
  host?: string;
  sessionLimits?: Partial<typeof SESSION_LIMITS>;
  /** Milliseconds since the epoch; the clock of its sessions. */
  now?: () => number;
  metrics?: Metrics | undefined;
  log?: Logger;
}

export interface DataPlane {
  url: string;
  routes: RouteTable;
  tenants: TenantTable;
  upstreams: Upstreams;
  sessions: SessionStore;
  /** Ends it as a SIGTERM does. */
  close(graceMs: number): Promise<void>;
}

export interface Gateway extends DataPlane {
  prefix: string;
  /** For reading and changing the content of Redis; not a connection of the data planes. */
  redis: RedisClient;
  /** The key of the record; with `*` a pattern. */
  keyOf(session: string, resourceId?: string): string;
  /** Publishes the routes of the installation, and waits until each data plane has them. */
  publish(...routes: PublishedRoute[]): Promise<void>;
  /** Starts one more data plane of the installation. */
  join(options?: DataPlaneOptions): Promise<DataPlane>;
}

export const newKey = (): string => randomBytes(32).toString('base64');

const LOOPBACK: BrowserAccess = { allowedOrigins: ['https://portal.example.com'], allowedHosts: [], loopback: true };
const SESSION_LIMITS = { idleTimeoutSeconds: 86_400, maxAgeSeconds: 604_800, maxOpen: 10_000, maxOpenPerCaller: 1_000 };
const NOWHERE = 'http://127.0.0.1:1';

/** An installation with one data plane, which has loaded its routes. */
export async function startGateway(
  { routes = [], ...options }: DataPlaneOptions & { routes?: PublishedRoute[] } = {},
  prefix = freshPrefix(),
): Promise<Gateway> {
  const keys = options.keys ?? newKey();
  const redis = await connectRedis(isClusterUrl(options.redisUrl) ? options.redisUrl : undefined);
  const publisher = latestRunPublisher(redis, prefix);
  await publisher.publishAll(routes);
  const members: DataPlane[] = [];
  const join = async (more: DataPlaneOptions = {}) => {
    const member = await startDataPlane(prefix, { ...options, keys, ...more });
    await waitFor('the routes to be read', () => member.routes.isLoaded());
    members.push(member);
    return member;
  };
  return {
    ...(await join()),
    prefix,
    redis,
    keyOf: (session, resourceId = session === '*' ? '*' : 'adapter-1') =>
      `{${prefix}:adapter/${resourceId}}:session:${session}`,
    join,
    async publish(...wanted) {
      await publisher.publishAll(wanted);
      for (const { routes: table } of members) {
        await waitFor('the routes to arrive', () => isCurrent(table, wanted));
      }
    },
  };
}

function isCurrent(table: RouteTable, wanted: PublishedRoute[]): boolean {
  const known = [...table.all()].filter((route) => !isAllTools(route)).length === wanted.length;
  return (
    known &&
    wanted.every((route) => JSON.stringify(stored(table.get(route))) === JSON.stringify(stored(Route.parse(route))))
  );
}

/** In the table, the endpoints of a toolset or of an adapter with `bridge` are the tool routers. */
const stored = (route: Route | undefined) => (route && isServedByRouters(route) ? { ...route, endpoints: [] } : route);

/** Each list of keys counts at once, unless `options` say otherwise. */
export const ringOf = (keys: string, options: ConstructorParameters<typeof SessionKeyRing>[1] = {}): SessionKeyRing =>
  new SessionKeyRing(dataPlaneFields.MCP_GATEWAY_SESSION_KEYS.parse(keys), { settleMs: 0, ...options });

function identityKeysOf(text: string) {
  const keys = dataPlaneFields.MCP_GATEWAY_IDENTITY_KEYS.parse(text);
  if (!keys) throw new Error('no keys');
  return keys;
}

export function settingsOf(prefix: string, options: DataPlaneOptions = {}): DataPlaneSettings {
  return {
    prefix,
    sessionKeys: options.keyRing ?? ringOf(options.keys ?? newKey()),
    sessionLimits: { ...SESSION_LIMITS, ...options.sessionLimits },
    sessionCacheBytes: 1024 * 1024,
    access: options.access ?? LOOPBACK,
    signIn: options.signIn ?? (options.issuers && oidcSignIn(options.issuers)),
    apiKeyPeppers: options.apiKeyPeppers,
    allowedCallers: options.allowedCallers ?? [],
    controlPlane: options.controlPlane ?? NOWHERE,
    controlPlaneAgent: options.controlPlaneAgent,
    internalSecrets: options.internalSecrets ?? (() => []),
    identityKeys: options.identityKeys && (() => identityKeysOf(options.identityKeys?.() ?? '')),
    publicPath: options.publicUrl && dataPlaneFields.MCP_GATEWAY_PUBLIC_URL.parse(options.publicUrl)?.path,
    publicUrl: options.publicUrl && dataPlaneFields.MCP_GATEWAY_PUBLIC_URL.parse(options.publicUrl)?.href,
    trustedProxies: options.trustedProxies ?? [],
    maxBodyBytes: options.bodyBytes ?? 4 * 1024 * 1024,
    quotaWithoutRedis: options.quotaWithoutRedis ?? 'share',
    upstreamTimeoutMs: options.timeoutMs ?? 10_000,
    egress: options.egress,
    wire: options.wire ?? {},
  };
}

export async function startDataPlane(prefix: string, options: DataPlaneOptions = {}): Promise<DataPlane> {
  const { log = silent } = options;
  const redis = redisClient(addressOf(options.redisUrl ?? (await sharedRedis()).url), log);
  const { metrics, verifier, trail, now } = options;
  const timing = { retireMs: options.leaveMs, relocateWithinMs: options.moveWithinMs, waitMs: options.waitMs };
  const dataPlane = composeDataPlane(settingsOf(prefix, options), {
    redis,
    log,
    metrics,
    verifier,
    trail,
    now,
    timing,
  });
  const { server, routes, tenants, upstreams, sessions } = dataPlane;
  void redis.connect().catch(() => {});
  const port = await listen(server, { host: options.host ?? '127.0.0.1', port: 0 });
  afterTest(async () => {
    await closeServer(server, 0);
    await dataPlane.close();
    if (redis.isOpen) redis.destroy();
  });
  const scheme = options.wire?.tls ? 'https' : 'http';
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    routes,
    tenants,
    upstreams,
    sessions,
    close: (graceMs) => closeServer(server, graceMs),
  };
}
