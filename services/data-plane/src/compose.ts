import type { Server } from 'node:http';
import { developmentSignIn, refuseReplicas, type Verifier } from '@mcp-gateway/identity';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { BrowserAccess } from '@mcp-gateway/platform/serving';
import type { Metrics } from '@mcp-gateway/platform/telemetry';
import { followRoutes, type RouteTable } from '@mcp-gateway/routing';
import type { SessionKey } from '@mcp-gateway/sessions';
import { idempotentTools } from './forwarding/idempotent-tools.js';
import { pendingResumptions } from './forwarding/pending-resumptions.js';
import { createManagementApp } from './management/app.js';
import { dataPlaneMetrics } from './metrics/data-plane-metrics.js';
import type { ForwardingParts } from './forwarding/recoverable.js';
import type { RequestObserver } from './request/context.js';
import { createPipeline } from './pipeline/pipeline.js';
import { forwardedBy } from './request/forwarded.js';
import { createGrants } from './request/grants.js';
import { referencesFor } from './request/reference.js';
import { accessLog } from './server/access-log.js';
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

/** What an operator decides. */
export interface DataPlaneSettings {
  /** Of all keys in Redis. */
  prefix: string;
  sessionKeys: readonly [SessionKey, ...SessionKey[]];
  /** For what an adapter leaves open. */
  sessionLimits: AllLimits;
  sessionCacheBytes: number;
  access: BrowserAccess;
  /** Names of adapters whose replicas may use development sign-in. */
  allowedCallers: readonly string[];
  /** The control plane's URL. */
  controlPlane: string;
  /** Where clients see the root of the gateway; undefined when that is not known. */
  publicPath: string | undefined;
  /** The same as a URL, for the type of problem documents. */
  publicUrl?: string | undefined;
  /** Addresses or ranges of proxies that the gateway believes. */
  trustedProxies: readonly string[];
  maxBodyBytes: number;
  upstreamTimeoutMs: number;
  wire: Omit<Wire, 'observers' | 'log' | 'publicPath'>;
}

/** What the data plane stands on, and what a test puts in place of the usual. */
export interface DataPlaneParts {
  /** Need not be connected. */
  redis: RedisClient;
  log: Logger;
  metrics?: Metrics | undefined;
  verifier?: Verifier | undefined;
  /** Milliseconds since the epoch, as sessions see it. */
  now?: (() => number) | undefined;
  /** In milliseconds; each default stands where it is used. */
  timing?: {
    /** How long requests go on on a replica that has left the routes. */
    retireMs?: number | undefined;
    /** How long a session that has lost its replica waits for another one. */
    relocateWithinMs?: number | undefined;
    /** How long a request waits for an endpoint. */
    waitMs?: number | undefined;
  };
}

export interface DataPlane {
  /** Does not listen yet. */
  server: Server;
  routes: RouteTable;
  sessions: SessionStore;
  upstreams: Upstreams;
  /** Ends what the data plane has begun, after the server has been closed. */
  close(): Promise<void>;
}

/** Builds a data plane from its parts. */
export function composeDataPlane(
  settings: DataPlaneSettings,
  { redis, log, metrics, verifier, now, timing = {} }: DataPlaneParts,
): DataPlane {
  const { prefix, publicPath } = settings;
  const routes = followRoutes(redis, prefix, log);
  const sessions = sessionStore({
    redis,
    prefix,
    limits: settings.sessionLimits,
    cacheBytes: settings.sessionCacheBytes,
    log,
    now,
  });
  const { upstreams, balancer } = composeUpstreams(routes, sessions, settings.upstreamTimeoutMs, timing.retireMs);
  const waits = createEndpointWaits(routes, { waitMs: timing.waitMs }); // after the balancer: it asks that again upon each change

  const measure =
    metrics &&
    dataPlaneMetrics(metrics, { redis, routes, sessions, balancer, relocationsWaiting: () => relocator.waiting() });
  const relocator = createRelocator({
    routes,
    sessions,
    upstreams,
    balancer,
    log,
    withinMs: timing.relocateWithinMs,
    onOutcome: measure?.relocated,
  });
  terminateEndedSessions(routes, sessions, upstreams);
  const stopExpiry = expireSessions(routes, sessions, log);
  const streams = createStreamRegistry(routes, sessions);

  const server = composeServer(settings, {
    log,
    verifier,
    observers: [...(measure ? [measure] : []), accessLog(log)],
    forwarding: {
      routes,
      sessions,
      keys: settings.sessionKeys,
      upstreams,
      balancer,
      waits,
      relocator,
      streams,
      grants: createGrants(routes),
      resumptions: pendingResumptions(sessions.activity),
      isIdempotent: idempotentTools(upstreams),
      forwarded: forwardedBy(settings.trustedProxies),
      referenceTo: referencesFor(publicPath),
      log,
    },
  });

  return {
    server,
    routes,
    sessions,
    upstreams,
    async close() {
      stopExpiry();
      streams.close();
      sessions.close();
      await Promise.all([upstreams.close(), routes.close()]);
    },
  };
}

/** The connections to replicas, and the choice among them, each of which needs what the other knows. */
function composeUpstreams(routes: RouteTable, sessions: SessionStore, timeoutMs: number, retireMs: number | undefined) {
  const upstreams = createUpstreams({
    timeoutMs,
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

interface ServerParts {
  log: Logger;
  verifier: Verifier | undefined;
  observers: readonly RequestObserver[];
  forwarding: ForwardingParts;
}

/** What stands between the clients and the forwarding: sign-in, management, the server. */
function composeServer(settings: DataPlaneSettings, { log, verifier, observers, forwarding }: ServerParts): Server {
  const { access, publicPath } = settings;
  const { routes, forwarded, referenceTo } = forwarding;
  const checkCaller = refuseReplicas(routes, {
    allowed: settings.allowedCallers,
    // No pod reaches loopback. On a cluster the Service sends nothing here before the routes are read.
    untilRead: access.loopback ? 'allow' : 'refuse',
  });
  const mcp = createPipeline({
    access,
    verifier: verifier ?? developmentSignIn(checkCaller),
    limits: { bodyBytes: settings.maxBodyBytes },
    forwarding,
    log,
  });
  const management = createManagementApp({
    access,
    controlPlane: settings.controlPlane,
    isReady: routes.isLoaded,
    forwarded,
    referenceTo,
    publicUrl: settings.publicUrl,
    checkCaller,
    log,
  });
  const wire = { ...settings.wire, ...(publicPath !== undefined && { publicPath }), observers, log };
  return createDataPlaneServer(mcp, management, access, wire);
}
