import type { Server } from 'node:http';
import type { Agent } from 'node:https';
import type { AuditTrail } from '@mcp-gateway/audit';
import {
  type ApiKeyTable,
  apiKeyVerifier,
  authorizationServersOf,
  clientAddressBy,
  developmentSignIn,
  followApiKeys,
  type IntrospectedTokens,
  introspectedTokensOf,
  signInsOf,
  type Peppers,
  refuseReplicas,
  type SignIn,
  tokenVerifier,
  type Verifier,
} from '@mcp-gateway/identity';
import type { Egress } from '@mcp-gateway/platform/egress';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { BrowserAccess } from '@mcp-gateway/platform/serving';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import {
  followQuotas,
  followTenants,
  type Placement,
  placing,
  type TenantTable,
  type WithoutRedis,
  withTenant,
} from '@mcp-gateway/quotas';
import { followRouters, followRoutes, type RouteTable, withToolRouters } from '@mcp-gateway/routing';
import type { SessionKeyRing } from '@mcp-gateway/sessions';
import type { IdentityKeys } from './credentials/identity-keys.js';
import type { ServerCertificates } from './credentials/server-certificates.js';
import { serverCredentials } from './credentials/server-credentials.js';
import { idempotentTools } from './forwarding/idempotent-tools.js';
import { pendingResumptions } from './forwarding/pending-resumptions.js';
import { createManagementApp } from './management/app.js';
import { dataPlaneMetrics } from './metrics/data-plane-metrics.js';
import type { ForwardingParts } from './forwarding/recoverable.js';
import type { RequestObserver } from './request/context.js';
import type { QuotaPart } from './pipeline/limit.js';
import { createPipeline } from './pipeline/pipeline.js';
import { forwardedBy } from './request/forwarded.js';
import { createGrants } from './request/grants.js';
import { protectedResources, publicUrlOf } from './request/protected-resource.js';
import { referencesFor } from './request/reference.js';
import { accessLog } from './server/access-log.js';
import { auditLog } from './server/audit-log.js';
import { createDataPlaneServer, type Wire } from './server/server.js';
import { expireSessions } from './sessions/expiry.js';
import type { AllLimits } from './sessions/limits.js';
import { createRelocator } from './sessions/relocate/relocator.js';
import { sessionStore, type SessionStore } from './sessions/store.js';
import { createStreamRegistry } from './sessions/stream-registry.js';
import { terminateEndedSessions } from './sessions/termination.js';
import { createBalancer } from './upstream/balancer/balancer.js';
import { createEndpointWaits } from './upstream/balancer/wait-for-endpoint.js';
import { createUpstreams, type Upstreams } from './upstream/pools.js';

/** Settings that the operator decides. */
export interface DataPlaneSettings {
  /** The prefix of all keys in Redis. */
  prefix: string;
  sessionKeys: SessionKeyRing;
  /** The limits for sessions of adapters that do not set their own. */
  sessionLimits: AllLimits;
  sessionCacheBytes: number;
  access: BrowserAccess;
  /** How access tokens sign callers in; undefined: development sign-in. */
  signIn?: SignIn | undefined;
  /** Undefined: there are no API keys. */
  apiKeyPeppers?: Peppers | undefined;
  /** Names of adapters whose replicas may use development sign-in. */
  allowedCallers: readonly string[];
  /** The control plane's URL. */
  controlPlane: string;
  /** With the certificates for it; undefined: none but the system's. */
  controlPlaneAgent?: Agent | undefined;
  /** They prove to the control plane that this is a service of the gateway. Empty when the operator has set none. They may change. */
  internalSecrets: () => readonly string[];
  /** Sign tokens of callers for servers; undefined when the operator has set none. They may change. */
  identityKeys?: (() => IdentityKeys) | undefined;
  /** The URL path at which clients see the root of the gateway; undefined when it is not configured. */
  publicPath: string | undefined;
  /** The same as a URL, for the `type` of problem documents. */
  publicUrl?: string | undefined;
  /** Addresses or ranges of the proxies that the gateway trusts. */
  trustedProxies: readonly string[];
  maxBodyBytes: number;
  /** How requests are counted while Redis does not answer. */
  quotaWithoutRedis: WithoutRedis;
  upstreamTimeoutMs: number;
  /** How servers that run elsewhere are connected to. Default: public addresses only, without a proxy. */
  egress?: Egress | undefined;
  wire: Omit<Wire, 'observers' | 'log' | 'publicPath'>;
}

/** The parts that a data plane is built from; a test replaces some of them. */
export interface DataPlaneParts {
  /** It need not be connected yet. */
  redis: RedisClient;
  log: Logger;
  metrics?: Metrics | undefined;
  verifier?: Verifier | undefined;
  /** Undefined: requests are not recorded. */
  trail?: AuditTrail | undefined;
  /** Milliseconds since the epoch; the clock of sessions and credentials. */
  now?: (() => number) | undefined;
  /** In milliseconds; each default is in the file that uses it. */
  timing?: {
    /** How long requests may continue on a replica that has left the routes. */
    retireMs?: number | undefined;
    /** How long a session that has lost its replica waits for another replica. */
    relocateWithinMs?: number | undefined;
    /** How long a request waits for an endpoint. */
    waitMs?: number | undefined;
  };
}

export interface DataPlane {
  /** It does not listen yet. */
  server: Server;
  routes: RouteTable;
  tenants: TenantTable;
  sessions: SessionStore;
  upstreams: Upstreams;
  /** Ends timers, listeners and connections of the data plane. Call it after the server is closed. */
  close(): Promise<void>;
}

/** Builds a data plane from its parts. */
export function composeDataPlane(
  settings: DataPlaneSettings,
  { redis, log, metrics, verifier, trail, now, timing = {} }: DataPlaneParts,
): DataPlane {
  const { prefix, sessionLimits: limits, sessionCacheBytes: cacheBytes } = settings;
  const routes = withToolRouters(followRoutes(redis, prefix, log), followRouters(redis, prefix, log));
  const tenants = followTenants(redis, prefix, log);
  const quotas = followQuotas({ redis, prefix, tenants, withoutRedis: settings.quotaWithoutRedis });
  const maxOfTenant = (tenant: string) => quotas.of(tenant)?.sessions;
  const sessions = sessionStore({ redis, prefix, limits, maxOfTenant, cacheBytes, log, now });
  const { credentials, certificates, broker } = serverCredentials(settings, log, now);
  const { upstreams, balancer } = composeUpstreams(routes, sessions, { ...settings, ...timing, certificates });
  const waits = createEndpointWaits(routes, { waitMs: timing.waitMs }); // after the balancer: each change of the routes queries the balancer again

  const gauges = { redis, quotas, routes, sessions, balancer, relocationsWaiting: () => relocator.waiting() };
  const measure = metrics && dataPlaneMetrics(metrics, gauges);
  const relocator = createRelocator({
    routes,
    sessions,
    upstreams,
    balancer,
    log,
    withinMs: timing.relocateWithinMs,
    onOutcome: measure?.relocated,
  });
  terminateEndedSessions(routes, sessions, upstreams, credentials);
  const stopExpiry = expireSessions(routes, sessions, log);
  const streams = createStreamRegistry(routes, sessions);
  const apiKeys = settings.apiKeyPeppers && followApiKeys({ redis, prefix, peppers: settings.apiKeyPeppers, log });
  const introspected = verifier ? undefined : introspectedTokensOf(settings.signIn, { log });
  const placement = placing(tenants);
  const signIns = [apiKeys, introspected, signInsOf(verifier ? undefined : settings.signIn)];
  const grants = createGrants(routes, { signIns, admins: { again: placement.again, onChange: tenants.onChange } });

  const server = composeServer(settings, {
    log,
    verifier,
    apiKeys,
    introspected,
    placement,
    quotas: { quotas, decided: measure?.decided },
    trail,
    observers: [...(measure ? [measure] : []), accessLog(log)],
    forwarding: { routes, sessions, upstreams, balancer, waits, relocator, streams, grants, credentials },
  });

  return {
    server,
    routes,
    tenants,
    sessions,
    upstreams,
    async close() {
      stopExpiry();
      streams.close();
      grants.close();
      sessions.close();
      quotas.close();
      await Promise.all([upstreams.close(), routes.close(), broker.close(), apiKeys?.close()]);
    },
  };
}

interface UpstreamParts extends Pick<DataPlaneSettings, 'upstreamTimeoutMs' | 'egress'> {
  retireMs?: number | undefined;
  certificates: ServerCertificates;
}

/** The connection pools and the balancer, each of which needs the state of the other. */
function composeUpstreams(routes: RouteTable, sessions: SessionStore, parts: UpstreamParts) {
  const { upstreamTimeoutMs: timeoutMs, retireMs, certificates, egress } = parts;
  const upstreams = createUpstreams({
    timeoutMs,
    certificates,
    egress,
    ...(retireMs !== undefined && { retireMs }),
    onOutcome: (endpoint, outcome) => balancer.recordOutcome(endpoint, outcome),
  });
  const balancer = createBalancer({ inFlight: upstreams.inFlight, sessionsOn: ({ id }) => sessions.countOn(id) });
  routes.onChange(() => {
    const endpoints = [...routes.endpoints()];
    upstreams.keepOnly(endpoints);
    balancer.keepOnly(endpoints);
  });
  return { upstreams, balancer };
}

interface ServerParts extends Pick<DataPlaneParts, 'log' | 'verifier' | 'trail'> {
  apiKeys: ApiKeyTable | undefined;
  introspected: IntrospectedTokens | undefined;
  placement: Placement;
  quotas: QuotaPart;
  observers: readonly RequestObserver[];
  forwarding: Pick<
    ForwardingParts,
    'routes' | 'sessions' | 'upstreams' | 'balancer' | 'waits' | 'relocator' | 'streams' | 'grants' | 'credentials'
  >;
}

/** The parts between the clients and the forwarding: sign-in, management, the server. */
function composeServer(
  settings: DataPlaneSettings,
  { log, verifier, apiKeys, introspected, placement, quotas, trail, forwarding, ...parts }: ServerParts,
): Server {
  const { publicPath, signIn } = settings;
  // With a token, which no browser adds by itself: without one, a page could list the servers of the person who sees it.
  const access = { ...settings.access, openPath: signIn && '/registry/' };
  const { routes, sessions, upstreams } = forwarding;
  const forwarded = forwardedBy(settings.trustedProxies);
  const observers = [...parts.observers, ...(trail ? [auditLog(trail, { forwarded, routes })] : [])];
  const referenceTo = referencesFor(publicPath);
  const checkCaller = refuseReplicas(routes, {
    allowed: settings.allowedCallers,
    // Pods cannot reach loopback. On a cluster the Service sends nothing here before the routes are loaded.
    untilRead: access.loopback ? 'allow' : 'refuse',
  });
  const described =
    signIn &&
    protectedResources(() => authorizationServersOf(signIn), publicUrlOf(settings.publicUrl, forwarded), publicPath);
  const addressOf = clientAddressBy(settings.trustedProxies);
  const others =
    verifier ?? (signIn ? tokenVerifier(signIn, { log, introspected, addressOf }) : developmentSignIn(checkCaller));
  const keyVerifier = apiKeys && apiKeyVerifier({ keys: apiKeys, others, addressOf });
  const signedIn = withTenant(keyVerifier ?? others, placement);
  const mcp = createPipeline({
    access,
    signIn: {
      verifier: signedIn,
      protectedResources: described,
    },
    limits: { bodyBytes: settings.maxBodyBytes },
    quotas,
    readsMessages: trail !== undefined,
    forwarding: {
      ...forwarding,
      keys: settings.sessionKeys,
      resumptions: pendingResumptions(sessions.activity),
      isIdempotent: idempotentTools(upstreams),
      forwarded,
      referenceTo,
      log,
    },
  });
  const management = createManagementApp({
    access,
    controlPlane: settings.controlPlane,
    controlPlaneAgent: settings.controlPlaneAgent,
    internalSecrets: settings.internalSecrets,
    isReady: routes.isLoaded,
    forwarded,
    referenceTo,
    publicUrl: settings.publicUrl,
    checkCaller: signIn ? undefined : checkCaller,
    keyVerifier,
    protectedResources: described,
    keySet: settings.identityKeys && (() => settings.identityKeys?.().published),
  });
  const wire = { ...settings.wire, ...(publicPath !== undefined && { publicPath }), observers, log };
  return createDataPlaneServer(mcp, management, access, wire);
}
