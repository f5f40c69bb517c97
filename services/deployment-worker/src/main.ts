import {
  callerFields,
  DatabaseUrl,
  Port,
  readConfig,
  redisFields,
  RuntimeName,
  serviceFields,
  unknownVariables,
} from '@mcp-gateway/platform/config';
import { createLogger } from '@mcp-gateway/platform/logging';
import { reconcileQueue } from '@mcp-gateway/routing/queue';
import { checkRedis, redisClient } from '@mcp-gateway/platform/redis';
import { routePublisher } from '@mcp-gateway/routing';
import { closeServer, listen, runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { openMetrics } from '@mcp-gateway/platform/telemetry';
import { adapterRows, connectDatabase, countAdapters, migrateWhenConnected } from '@mcp-gateway/database';
import { z } from 'zod';
import { chooseRuntime } from './choose-runtime.js';
import { consume } from './consume.js';
import { healthServer } from './health.js';
import { workerMetrics } from './metrics/worker-metrics.js';
import { reconciler } from './reconcile.js';
import { resync } from './resync.js';
import { routeRestorer } from './restore-routes.js';

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  DATABASE_URL: DatabaseUrl,
  RUNTIME: RuntimeName,
  PORT: Port.optional(),
  MCP_GATEWAY_HOST: callerFields.MCP_GATEWAY_HOST,
});

runMain(async () => {
  const config = readConfig(Config, process.env);
  const log = createLogger('deployment-worker', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, Object.keys(Config.shape))) log.warn(warning);
  const { defer } = shutdownOn(log);
  const metrics = await openMetrics(config, { log, defer }); // first, so that it is there until the end
  const measure = metrics && workerMetrics(metrics);
  const runtime = await chooseRuntime(config.RUNTIME, process.env, log, measure?.apiAnswered);
  defer(() => runtime.close());

  let obstacle = async (): Promise<string | null> => 'it is starting';
  if (config.PORT !== undefined) {
    const health = healthServer(() => obstacle());
    defer(() => closeServer(health, 1_000));
    await listen(health, { host: config.MCP_GATEWAY_HOST, port: config.PORT });
  }

  obstacle = async () => 'the database is not reached';
  await migrateWhenConnected(config.DATABASE_URL, log);
  const database = connectDatabase(config.DATABASE_URL, { poolSize: 10 });
  defer(() => database.$disconnect());
  const rows = adapterRows(database);

  await checkRedis(config.REDIS_URL);
  const redis = redisClient(config.REDIS_URL, log);
  await redis.connect();
  defer(() => redis.destroy());
  const queue = reconcileQueue(redis, config.REDIS_PREFIX);
  const routes = routePublisher(redis, config.REDIS_PREFIX);

  const restoreRoutes = routeRestorer({ rows, runtime, routes, log });
  const reconcile = reconciler({ rows, runtime, routes, now: () => new Date(), log });
  defer(consume({ redis, prefix: config.REDIS_PREFIX, reconcile: measure?.reconciling(reconcile) ?? reconcile, log }));
  measure?.watch({ redis, queue, adapters: () => countAdapters(database) });
  defer(resync({ rows, runtime, routes, queue, restoreRoutes, log }));
  obstacle = async () => {
    if (!redis.isReady) return 'Redis is not reached';
    const reached = database.$queryRaw`SELECT 1`.then(() => true);
    return (await reached.catch(() => false)) ? null : 'the database is not reached';
  };
  log.info('deployment worker runs');
});
