import { DatabaseUrl, readConfig, redisFields, RuntimeName, serviceFields } from '@mcp-gateway/common/config';
import { createLogger } from '@mcp-gateway/common/logging';
import { reconcileQueue } from '@mcp-gateway/common/queue';
import { redisClient } from '@mcp-gateway/common/redis';
import { routePublisher } from '@mcp-gateway/common/routes';
import { runMain, shutdownOn } from '@mcp-gateway/common/serving';
import { adapterRows, connectDatabase, migrate } from '@mcp-gateway/database';
import { z } from 'zod';
import { chooseRuntime } from './choose-runtime.js';
import { consume } from './consume.js';
import { reconciler } from './reconcile.js';
import { resync } from './resync.js';
import { routeRestorer } from './restore-routes.js';

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  DATABASE_URL: DatabaseUrl,
  RUNTIME: RuntimeName,
});

runMain(async () => {
  const config = readConfig(Config, process.env);
  const log = createLogger('deployment-worker', config.MCP_GATEWAY_LOG_LEVEL);
  const { defer } = shutdownOn(log);
  const runtime = await chooseRuntime(config.RUNTIME, process.env, log);
  defer(() => runtime.close());

  await migrate(config.DATABASE_URL, log);
  const database = connectDatabase(config.DATABASE_URL, { poolSize: 10 });
  defer(() => database.$disconnect());
  const rows = adapterRows(database);

  const redis = redisClient(config.REDIS_URL, log);
  await redis.connect();
  defer(() => redis.destroy());
  const queue = reconcileQueue(redis, config.REDIS_PREFIX);
  const routes = routePublisher(redis, config.REDIS_PREFIX);

  const restoreRoutes = routeRestorer({ rows, runtime, routes, log });
  const now = () => new Date();
  defer(
    consume({ redis, prefix: config.REDIS_PREFIX, reconcile: reconciler({ rows, runtime, routes, now, log }), log }),
  );
  defer(resync({ rows, runtime, routes, queue, restoreRoutes, log }));
  log.info('deployment worker runs');
});
