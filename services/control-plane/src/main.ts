import { createServer } from 'node:http';
import {
  callerFields,
  ConfigError,
  DatabaseUrl,
  List,
  readConfig,
  redisFields,
  refuseExposedDevelopmentSignIn,
  RuntimeName,
  serviceFields,
  unknownVariables,
} from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { holdsAny, isAdmin, type Principal } from '@mcp-gateway/common/principal';
import { developmentSignIn, refuseReplicas } from '@mcp-gateway/identity';
import { reconcileQueue } from '@mcp-gateway/routing/queue';
import { checkRedis, redisClient } from '@mcp-gateway/platform/redis';
import { followRoutes } from '@mcp-gateway/routing';
import { browserAccess, closeServer, listen, runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { serveMetrics } from '@mcp-gateway/platform/telemetry';
import { adapterRows, connectDatabase, migrateWhenReached } from '@mcp-gateway/database';
import { z } from 'zod';
import { chooseLogs } from './adapters/choose-logs.js';
import { adapterService } from './adapters/service.js';
import { createApp } from './app.js';
import { measuredApi } from './metrics/api-metrics.js';
import { sessionService } from './sessions/service.js';

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  ...callerFields,
  DATABASE_URL: DatabaseUrl,
  RUNTIME: RuntimeName,
  WORKLOAD_IDENTITY_ROLES: List,
});

runMain(async () => {
  const config = readConfig(Config, process.env);
  const exposed = refuseExposedDevelopmentSignIn(config);
  if (exposed) throw new ConfigError(exposed);

  const log = createLogger('control-plane', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, Object.keys(Config.shape))) log.warn(warning);
  const { defer } = shutdownOn(log);
  const metrics = await serveMetrics(config, { log, defer }); // first, so that it is there until the end

  let isMigrated = false;
  const database = connectDatabase(config.DATABASE_URL, { poolSize: 10 });
  defer(() => database.$disconnect());

  await checkRedis(config);
  const redis = redisClient(config, log);
  void redis.connect().catch(() => {}); // the queue is a hint, so the API works without it
  const queue = reconcileQueue(redis, config.REDIS_PREFIX);
  // Only to know replicas by their addresses, which may call here where nothing enforces the NetworkPolicy. The API works without.
  const routes = followRoutes(redis, config.REDIS_PREFIX, log);
  defer(async () => {
    await routes.close();
    redis.destroy();
  });
  const checkCaller = refuseReplicas(routes, { allowed: config.MCP_GATEWAY_ALLOWED_CALLERS, untilRead: 'allow' });

  // Processes of this machine have no identity to give away.
  const mayUseWorkloadIdentity = (principal: Principal) =>
    config.RUNTIME === 'process' || isAdmin(principal) || holdsAny(principal, config.WORKLOAD_IDENTITY_ROLES);
  const app = createApp({
    adapters: adapterService({ rows: adapterRows(database), queue, log, mayUseWorkloadIdentity }),
    logs: await chooseLogs(config.RUNTIME, process.env),
    sessions: sessionService(redis, config.REDIS_PREFIX),
    verifier: developmentSignIn(checkCaller),
    access: browserAccess(config),
    isReady: async () => {
      if (!isMigrated) throw new Error('it has not been reached since the start');
      await database.$queryRaw`SELECT 1`;
    },
    log,
  });
  const server = createServer(metrics ? measuredApi(metrics, redis, app) : app);
  defer(() => closeServer(server, 5_000));
  const port = await listen(server, { host: config.MCP_GATEWAY_HOST, port: config.PORT });
  log.info({ port }, 'control plane listens');
  await migrateWhenReached(config.DATABASE_URL, log);
  isMigrated = true;
});
