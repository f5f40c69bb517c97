import { Server as SecureServer } from 'node:https';
import {
  apiKeyPublisher,
  type ApiKeyPublisher,
  developmentSignIn,
  followPeppers,
  followSignIn,
  introspectedTokensOf,
  signInsOf,
  keepApiKeysPublished,
  refuseReplicas,
  tokenVerifier,
} from '@mcp-gateway/identity';
import { auditStream, openTrail } from '@mcp-gateway/audit';
import { auditRows, changeRows, connectDatabase, type Database, migrateWhenConnected } from '@mcp-gateway/database';
import {
  DatabaseUrl,
  followedSecret,
  internalFields,
  redisFields,
  unknownVariables,
} from '@mcp-gateway/platform/config';
import { createLogger, type Logger } from '@mcp-gateway/platform/logging';
import { checkRedis, type RedisClient, redisClient } from '@mcp-gateway/platform/redis';
import {
  browserAccess,
  closeServer,
  followTlsFiles,
  listen,
  LISTENER_TLS,
  readTlsFiles,
  runMain,
  shutdownOn,
} from '@mcp-gateway/platform/serving';
import { type Metrics, serveMetrics } from '@mcp-gateway/platform/telemetry';
import { tenantPublisher } from '@mcp-gateway/quotas';
import { followRoutes, type RouteTable } from '@mcp-gateway/routing';
import { reconcileQueue } from '@mcp-gateway/routing/queue';
import { apiKeySource } from './api-keys/service.js';
import { drainAudit } from './audit/drain.js';
import { auditMetrics } from './metrics.js';
import {
  clientAddress,
  composeControlPlane,
  type ControlPlane,
  type ControlPlaneParts,
  createLogReader,
} from './compose.js';
import { CONFIG_VARIABLES, readControlPlaneConfig } from './config.js';
import { workloadIdentityRule } from './resources/workload-identity.js';
import { sessionService } from './sessions/service.js';
import { keepTenantsPublished } from './tenants/directory.js';

type Config = ReturnType<typeof readControlPlaneConfig>;

interface PublishingParts
  extends Pick<ControlPlane, 'apiKeys' | 'tenants'>, Pick<ReturnType<typeof shutdownOn>, 'defer'> {
  redis: RedisClient;
  keyPublisher: ApiKeyPublisher | undefined;
  log: Logger;
}

interface AuditParts {
  redis: RedisClient;
  database: Database;
  registry: Metrics | undefined;
  log: Logger;
}

runMain(async () => {
  const config = readControlPlaneConfig(process.env);
  const tls = readTlsFiles(config, LISTENER_TLS, 'server');
  const log = createLogger('control-plane', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, CONFIG_VARIABLES)) log.warn(warning);
  const { defer } = shutdownOn(log);
  const registry = await serveMetrics(config, { log, defer }); // first, so that it is there until the end

  const { database, redisUrl } = followStores(config, { log, defer });
  await checkRedis(config);
  const redis = redisClient(config, log, redisUrl);
  void redis.connect().catch(() => {}); // the API works without Redis: the worker's resync finds changes
  // The routes tell which callers are replicas, for clusters that do not enforce the NetworkPolicy. The API works without them.
  const routes = followRoutes(redis, config.REDIS_PREFIX, log);
  defer(async () => {
    await routes.close();
    redis.destroy();
  });

  const trail = openTrail(config, { service: 'control-plane', redis, log, metrics: registry });
  if (trail) defer(() => trail.close());
  const queue = reconcileQueue(redis, config.REDIS_PREFIX);
  let isMigrated = false;
  const peppers = followPeppers(config.MCP_GATEWAY_API_KEY_PEPPERS, process.env, { log, defer });
  const secrets = followedSecret(
    config.MCP_GATEWAY_INTERNAL_SECRETS,
    'MCP_GATEWAY_INTERNAL_SECRETS',
    internalFields.MCP_GATEWAY_INTERNAL_SECRETS,
    process.env,
    { log, defer },
  );
  const keyPublisher = peppers && apiKeyPublisher(redis, config.REDIS_PREFIX, peppers);
  const { server, apiKeys, tenants } = composeControlPlane({
    tls,
    database,
    isMigrated: () => isMigrated,
    queue,
    sessions: sessionService(redis, config.REDIS_PREFIX),
    quotas: { redis, prefix: config.REDIS_PREFIX },
    logs: await createLogReader(config.RUNTIME, process.env),
    ...signInOf(config, { routes, log, defer }),
    access: browserAccess({ ...config, MCP_GATEWAY_PUBLIC_URL: undefined }), // its host is a name of the data plane
    publicUrl: config.MCP_GATEWAY_PUBLIC_URL?.href,
    mayUseWorkloadIdentity: workloadIdentityRule(config.RUNTIME, config.WORKLOAD_IDENTITY_ROLES),
    apiKeys: keyPublisher && { publisher: keyPublisher, maxDays: config.MCP_GATEWAY_API_KEY_MAX_DAYS },
    credentials: secrets && { folder: config.MCP_GATEWAY_CREDENTIALS_DIR, secrets },
    trustedProxies: config.MCP_GATEWAY_TRUSTED_PROXIES,
    metrics: registry && { registry, redis },
    trail,
    log,
  });
  if (server instanceof SecureServer) {
    defer(followTlsFiles(config, LISTENER_TLS, 'server', (files) => server.setSecureContext(files), { log }));
  }
  defer(() => closeServer(server, 5_000));
  const port = await listen(server, { host: config.MCP_GATEWAY_HOST, port: config.PORT });
  log.info({ port }, 'control plane listens');
  await migrateWhenConnected(config.DATABASE_URL, log);
  isMigrated = true;
  publishForDataPlanes(config, { redis, keyPublisher, apiKeys, tenants, log, defer });
  defer(trimChanges(database, log));
  defer(storeAudit(config, { redis, database, registry, log }));
});

/** The database, and the URL of Redis: new connections use the credentials of now. */
function followStores(
  { DATABASE_URL, REDIS_URL }: Config,
  options: { log: Logger } & Pick<PublishingParts, 'defer'>,
): { database: Database; redisUrl: (() => string) | undefined } {
  const databaseUrl = followedSecret(DATABASE_URL, 'DATABASE_URL', DatabaseUrl, process.env, options);
  const database = connectDatabase(databaseUrl ?? DATABASE_URL, { poolSize: 10 });
  options.defer(() => database.$disconnect());
  return {
    database,
    redisUrl: followedSecret(REDIS_URL, 'REDIS_URL', redisFields.REDIS_URL, process.env, options),
  };
}

/** How callers without an API key sign in, and whether such a sign-in still holds. */
function signInOf(
  config: Config,
  { routes, log, defer }: { routes: RouteTable; log: Logger } & Pick<PublishingParts, 'defer'>,
): Pick<ControlPlaneParts, 'verifier' | 'isHeld'> {
  const signIn = followSignIn(config, process.env, { log, defer });
  if (!signIn) {
    const rules = { allowed: config.MCP_GATEWAY_ALLOWED_CALLERS, untilRead: 'allow' } as const;
    return { verifier: developmentSignIn(refuseReplicas(routes, rules)) };
  }
  const introspected = introspectedTokensOf(signIn, { log });
  const ofIssuers = signInsOf(signIn);
  return {
    verifier: tokenVerifier(signIn, { log, introspected, addressOf: clientAddress }),
    isHeld: (principal) => (introspected?.isHeld(principal) ?? true) && (ofIssuers?.isHeld(principal) ?? true),
  };
}

/** API keys and tenants, as long as the service runs. */
function publishForDataPlanes(
  { REDIS_PREFIX }: Config,
  { redis, keyPublisher, apiKeys, tenants, log, defer }: PublishingParts,
) {
  if (keyPublisher) {
    const stop = keepApiKeysPublished({ redis, publisher: keyPublisher, source: apiKeySource(apiKeys), log });
    defer(async () => stop());
  }
  const isReady = () => redis.isReady;
  const stopTenants = keepTenantsPublished(tenants, tenantPublisher(redis, REDIS_PREFIX), { log, isReady });
  defer(async () => stopTenants());
}

/** How many changes GET /events can go back, and how often older ones are removed. */
const KEPT_CHANGES = 10_000;
const TRIM_EVERY_MS = 60_000;

function trimChanges(database: Database, log: Logger): () => Promise<void> {
  const rows = changeRows(database);
  const trim = () =>
    rows.trim(KEPT_CHANGES).catch((error: unknown) => log.debug({ err: error }, 'changes not trimmed'));
  const timer = setInterval(() => void trim(), TRIM_EVERY_MS).unref();
  return async () => clearInterval(timer);
}

/** Also with the audit off: the records of other services, and of before, are stored and removed all the same. */
function storeAudit(
  { REDIS_PREFIX, MCP_GATEWAY_AUDIT_RETENTION_DAYS: retentionDays }: Config,
  { redis, database, registry, log }: AuditParts,
) {
  const stream = auditStream(redis, REDIS_PREFIX);
  const count = registry && auditMetrics(registry, stream);
  return drainAudit({ stream, rows: auditRows(database), retentionDays, log, count });
}
