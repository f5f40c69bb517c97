import {
  callerFields,
  ConfigError,
  readConfig,
  redisFields,
  refuseExposedDevelopmentSignIn,
  serviceFields,
  unknownVariables,
} from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { developmentSignIn, refuseReplicas } from '@mcp-gateway/identity';
import { checkRedis, redisClient } from '@mcp-gateway/platform/redis';
import { followRoutes } from '@mcp-gateway/routing';
import { browserAccess, closeServer, listen, runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { serveMetrics } from '@mcp-gateway/platform/telemetry';
import { z } from 'zod';
import { createBalancer } from './balance/balancer.js';
import { createEndpointWaits } from './balance/wait-for-endpoint.js';
import { dataPlaneFields, sessionLimits } from './config.js';
import { forwardedBy } from './forwarded.js';
import { createManagementApp } from './management.js';
import { dataPlaneMetrics } from './metrics/data-plane-metrics.js';
import { createPipeline } from './pipeline.js';
import { createRecovery } from './recovery/recover.js';
import { referencesFor } from './reference.js';
import { createDataPlaneServer } from './server.js';
import { sweepSessions } from './sessions/sweep.js';
import { sessionStore } from './sessions/store.js';
import { readTlsFiles } from './tls-files.js';
import { createUpstreams } from './upstreams.js';

const Config = z.object({ ...serviceFields, ...redisFields, ...callerFields, ...dataPlaneFields });

runMain(async () => {
  const config = readConfig(Config, process.env);
  const exposed = refuseExposedDevelopmentSignIn(config);
  if (exposed) throw new ConfigError(exposed);

  const tls = readTlsFiles(config.MCP_GATEWAY_TLS_CERT_FILE, config.MCP_GATEWAY_TLS_KEY_FILE);

  const log = createLogger('data-plane', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, Object.keys(Config.shape))) log.warn(warning);
  const { defer } = shutdownOn(log);
  const metrics = await serveMetrics(config, { log, defer }); // first, so that it is there until the end

  await checkRedis(config);
  const redis = redisClient(config, log);
  const routes = followRoutes(redis, config.REDIS_PREFIX, log);
  const sessions = sessionStore({
    redis,
    prefix: config.REDIS_PREFIX,
    limits: sessionLimits(config),
    cacheBytes: config.MCP_GATEWAY_SESSION_CACHE_BYTES,
    log,
  });
  defer(async () => {
    sessions.close();
    await routes.close();
    if (redis.isOpen) redis.destroy();
  });
  void redis.connect().catch(() => {}); // reconnects by itself; /readyz tells when routes have been read

  const upstreams = createUpstreams({
    timeoutMs: config.MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS * 1000,
    onOutcome: (endpoint, outcome) => balancer.tell(endpoint, outcome),
  });
  const balancer = createBalancer({ inFlight: upstreams.inFlight, sessionsOn: ({ id }) => sessions.countOn(id) });
  routes.onChange(() => {
    const endpoints = [...routes.endpoints()];
    upstreams.keepOnly(endpoints);
    balancer.keepOnly(endpoints);
  });
  const waits = createEndpointWaits(routes); // after the balancer: it asks that again upon each change
  defer(() => upstreams.close());

  defer(sweepSessions(routes, sessions, log));

  const measure =
    metrics && dataPlaneMetrics(metrics, { redis, routes, sessions, balancer, movesWaiting: () => recovery.waiting() });
  const recovery = createRecovery({ routes, sessions, upstreams, balancer, log, onOutcome: measure?.moved });

  const publicUrl = config.MCP_GATEWAY_PUBLIC_URL;
  const access = browserAccess(config);
  const forwarded = forwardedBy(config.MCP_GATEWAY_TRUSTED_PROXIES);
  const referenceTo = referencesFor(publicUrl?.path);
  const checkCaller = refuseReplicas(routes, {
    allowed: config.MCP_GATEWAY_ALLOWED_CALLERS,
    // No pod reaches loopback. On a cluster the Service sends nobody here before the routes are read.
    untilRead: access.loopback ? 'allow' : 'refuse',
  });
  const mcp = createPipeline({
    access,
    verifier: developmentSignIn(checkCaller),
    routes,
    sessions,
    keys: config.MCP_GATEWAY_SESSION_KEYS,
    upstreams,
    balancer,
    waits,
    recovery,
    limits: { bodyBytes: config.MCP_GATEWAY_MAX_BODY_BYTES },
    forwarded,
    referenceTo,
    log,
    onRefusal: measure?.refused,
  });
  const management = createManagementApp({
    access,
    controlPlane: config.CONTROL_PLANE_URL,
    isReady: routes.isLoaded,
    forwarded,
    referenceTo,
    checkCaller,
    log,
  });

  const http2Cleartext = config.MCP_GATEWAY_HTTP2_CLEARTEXT === 'on';
  const mcpPath = measure?.measured(mcp) ?? mcp;
  const server = createDataPlaneServer(mcpPath, management, access, {
    tls,
    http2Cleartext,
    publicPath: publicUrl?.path ?? '',
    log,
  });
  defer(() => closeServer(server, 5_000));
  const port = await listen(server, { host: config.MCP_GATEWAY_HOST, port: config.PORT });
  log.info({ port }, 'data plane listens');
});
