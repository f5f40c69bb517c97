import { Server as SecureServer } from 'node:https';
import { controlPlaneAgent, followControlPlaneTls } from '@mcp-gateway/credentials';
import { openTrail } from '@mcp-gateway/audit';
import {
  auditFields,
  callerFields,
  ConfigError,
  followedSecret,
  followSecret,
  readConfig,
  redisFields,
  refuseExposedDevelopmentSignIn,
  serviceFields,
  unknownVariables,
  variablesOf,
} from '@mcp-gateway/platform/config';
import { apiKeyFields, followPeppers, followSignIn, signInFault, signInFields } from '@mcp-gateway/identity';
import { createEgress, proxiesOf } from '@mcp-gateway/platform/egress';
import { createLogger, type Logger } from '@mcp-gateway/platform/logging';
import { checkRedis, redisClient } from '@mcp-gateway/platform/redis';
import {
  browserAccess,
  closeServer,
  followTlsFiles,
  LISTENER_TLS,
  listen,
  readTlsFiles,
  runMain,
  shutdownOn,
} from '@mcp-gateway/platform/serving';
import { serveMetrics } from '@mcp-gateway/platform/telemetry';
import { SessionKeyRing } from '@mcp-gateway/sessions';
import { z } from 'zod';
import { composeDataPlane } from './compose.js';
import { dataPlaneFields, identityKeysFault, sessionLimits } from './config.js';

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  ...callerFields,
  ...signInFields,
  ...apiKeyFields,
  ...auditFields,
  ...dataPlaneFields,
});

runMain(async () => {
  const config = readConfig(Config, process.env);
  const fault = signInFault(config) ?? refuseExposedDevelopmentSignIn(config) ?? identityKeysFault(config);
  if (fault) throw new ConfigError(fault);
  const tls = readTlsFiles(config, LISTENER_TLS, 'server');
  const agent = controlPlaneAgent(config);

  const log = createLogger('data-plane', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, variablesOf(Config))) log.warn(warning);
  const { defer } = shutdownOn(log);
  const metrics = await serveMetrics(config, { log, defer }); // first, so that metrics are served until the end

  await checkRedis(config);
  const redisUrl = followedSecret(config.REDIS_URL, 'REDIS_URL', redisFields.REDIS_URL, process.env, { log, defer });
  const redis = redisClient(config, log, redisUrl);
  defer(async () => void (redis.isOpen && redis.destroy()));
  const keys = followKeys(config, { log, defer });
  const settings = {
    prefix: config.REDIS_PREFIX,
    ...keys,
    sessionLimits: sessionLimits(config),
    sessionCacheBytes: config.MCP_GATEWAY_SESSION_CACHE_BYTES,
    access: browserAccess(config),
    signIn: followSignIn(config, process.env, { log, defer }),
    allowedCallers: config.MCP_GATEWAY_ALLOWED_CALLERS,
    controlPlane: config.CONTROL_PLANE_URL,
    controlPlaneAgent: agent,
    publicPath: config.MCP_GATEWAY_PUBLIC_URL?.path,
    publicUrl: config.MCP_GATEWAY_PUBLIC_URL?.href,
    trustedProxies: config.MCP_GATEWAY_TRUSTED_PROXIES,
    maxBodyBytes: config.MCP_GATEWAY_MAX_BODY_BYTES,
    quotaWithoutRedis: config.MCP_GATEWAY_QUOTA_WITHOUT_REDIS,
    upstreamTimeoutMs: config.MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS * 1000,
    egress: createEgress({
      allowedNetworks: config.MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS,
      proxyFor: proxiesOf(process.env),
    }),
    wire: { tls, http2Cleartext: config.MCP_GATEWAY_HTTP2_CLEARTEXT === 'on' },
  };
  const trail = openTrail(config, { service: 'data-plane', redis, log, metrics });
  if (trail) defer(() => trail.close());
  const { server, close } = composeDataPlane(settings, { redis, log, metrics, trail });
  defer(close);
  void redis.connect().catch(() => {}); // the client reconnects by itself; /readyz says whether the routes are loaded

  if (server instanceof SecureServer) {
    defer(followTlsFiles(config, LISTENER_TLS, 'server', (files) => server.setSecureContext(files), { log }));
  }
  if (agent) defer(followControlPlaneTls(agent, config, { log }));
  defer(() => closeServer(server, 5_000));
  const port = await listen(server, { host: config.MCP_GATEWAY_HOST, port: config.PORT });
  log.info({ port }, 'data plane listens');
});

/** The keys that are read again when their files change. */
function followKeys(
  config: z.infer<typeof Config>,
  { log, defer }: { log: Logger } & Pick<ReturnType<typeof shutdownOn>, 'defer'>,
) {
  const {
    MCP_GATEWAY_SESSION_KEYS: session,
    MCP_GATEWAY_IDENTITY_KEYS: identity,
    MCP_GATEWAY_INTERNAL_SECRETS: internal,
  } = dataPlaneFields;
  const sessionKeys = new SessionKeyRing(config.MCP_GATEWAY_SESSION_KEYS);
  const useSessionKeys = (keys: typeof config.MCP_GATEWAY_SESSION_KEYS) => sessionKeys.replace(keys);
  defer(followSecret('MCP_GATEWAY_SESSION_KEYS', session, process.env, useSessionKeys, { log }));
  const { MCP_GATEWAY_IDENTITY_KEYS: firstKeys, MCP_GATEWAY_INTERNAL_SECRETS: firstSecrets } = config;
  const options = { log, defer };
  const secrets = followedSecret(firstSecrets, 'MCP_GATEWAY_INTERNAL_SECRETS', internal, process.env, options);
  return {
    sessionKeys,
    identityKeys: followedSecret(firstKeys, 'MCP_GATEWAY_IDENTITY_KEYS', identity, process.env, options),
    internalSecrets: secrets ?? (() => []),
    apiKeyPeppers: followPeppers(config.MCP_GATEWAY_API_KEY_PEPPERS, process.env, options),
  };
}
