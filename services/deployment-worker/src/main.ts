import {
  adapterRows,
  connectDatabase,
  countResources,
  migrateWhenConnected,
  toolDefinitionRows,
  toolNamings,
  toolRows,
  toolsetRows,
} from '@mcp-gateway/database';
import * as settings from '@mcp-gateway/platform/config';
import { createEgress, proxiesOf } from '@mcp-gateway/platform/egress';
import { createLogger } from '@mcp-gateway/platform/logging';
import { checkRedis, redisClient } from '@mcp-gateway/platform/redis';
import { runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { serveMetrics } from '@mcp-gateway/platform/telemetry';
import { routePublisher } from '@mcp-gateway/routing';
import { z } from 'zod';
import { chooseRuntime, composeWorker } from './compose.js';
import { documents } from './documents/documents.js';
import { serveHealth } from './health.js';
import { adapterKind, toolsetKind } from './kinds.js';
import { workerMetrics } from './metrics.js';
import { remoteServers } from './remote/remote-servers.js';
import { toolKind } from './tool-kind.js';

const Config = z.object({
  ...settings.serviceFields,
  ...settings.redisFields,
  ...settings.remoteFields,
  DATABASE_URL: settings.DatabaseUrl,
  RUNTIME: settings.RuntimeName,
  PORT: settings.Port.optional(),
  MCP_GATEWAY_HOST: settings.callerFields.MCP_GATEWAY_HOST,
});

runMain(async () => {
  const config = settings.readConfig(Config, process.env);
  const log = createLogger('deployment-worker', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of settings.unknownVariables(process.env, settings.variablesOf(Config))) log.warn(warning);
  const { defer } = shutdownOn(log);
  const served = await serveMetrics(config, { log, defer }); // first, so that metrics are served until the end
  const metrics = served && workerMetrics(served);
  const runtime = await chooseRuntime(config.RUNTIME, process.env, log, metrics?.apiAnswered);
  defer(() => runtime.close());
  const health = await serveHealth(config, defer);

  health.set(async () => 'the database is not reached');
  await migrateWhenConnected(config.DATABASE_URL, log);
  const followed = { log, defer };
  const { DATABASE_URL, REDIS_URL } = config;
  const { shape } = Config;
  const databaseUrl = settings.followedSecret(DATABASE_URL, 'DATABASE_URL', shape.DATABASE_URL, process.env, followed);
  const database = connectDatabase(databaseUrl ?? DATABASE_URL, { poolSize: 10 });
  defer(() => database.$disconnect());
  await checkRedis(config);
  const redisUrl = settings.followedSecret(REDIS_URL, 'REDIS_URL', shape.REDIS_URL, process.env, followed);
  const redis = redisClient(config, log, redisUrl);
  await redis.connect();
  defer(() => redis.destroy());

  const prefix = config.REDIS_PREFIX;
  const adapters = adapterRows(database);
  const allowedNetworks = config.MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS;
  const egress = createEgress({ allowedNetworks, proxyFor: proxiesOf(process.env) });
  const remotes = remoteServers({ egress });
  const read = documents({ egress });
  defer(async () => [remotes, read].forEach((each) => each.close()));
  const published = routePublisher(redis, prefix).definition;
  const definitions = toolDefinitionRows(database);
  const tools = toolKind(toolRows(database), adapters, { definitions, remotes, documents: read, published });
  const worker = composeWorker({
    kinds: [adapterKind(adapters, remotes), tools, toolsetKind(toolsetRows(database), toolNamings(database))],
    countResources: () => countResources(database),
    runtime,
    redis,
    prefix,
    remotes,
    documents: read,
    metrics,
    log,
  });
  defer(() => worker.close());
  health.set(async () => {
    if (!redis.isReady) return 'Redis is not reached';
    const answers = database.$queryRaw`SELECT 1`.then(() => true);
    return (await answers.catch(() => false)) ? null : 'the database is not reached';
  });
  log.info('deployment worker runs');
});
