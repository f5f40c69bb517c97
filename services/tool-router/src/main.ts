import {
  brokerClient,
  controlPlaneAgent,
  controlPlaneTlsFields,
  followControlPlaneTls,
  tlsOf,
} from '@mcp-gateway/credentials';
import {
  callerFields,
  followedSecret,
  HttpUrl,
  internalFields,
  readConfig,
  redisFields,
  remoteFields,
  serviceFields,
  trafficFields,
  unknownVariables,
  variablesOf,
} from '@mcp-gateway/platform/config';
import { createEgress, proxiesOf } from '@mcp-gateway/platform/egress';
import { createLogger } from '@mcp-gateway/platform/logging';
import { checkRedis, redisClient } from '@mcp-gateway/platform/redis';
import { closeServer, listen, runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { serveMetrics } from '@mcp-gateway/platform/telemetry';
import { z } from 'zod';
import { announcedUrl, announcementFields, announceOnceReady } from './announcement.js';
import { composeToolRouter } from './compose.js';

const { PORT, MCP_GATEWAY_HOST } = callerFields;
const { MCP_GATEWAY_MAX_BODY_BYTES, MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS } = trafficFields;
const MCP_GATEWAY_INTERNAL_SECRETS = internalFields.MCP_GATEWAY_INTERNAL_SECRETS.unwrap();

const Config = z.object({
  ...serviceFields,
  ...redisFields,
  ...remoteFields,
  PORT,
  MCP_GATEWAY_HOST,
  MCP_GATEWAY_MAX_BODY_BYTES,
  MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS,
  MCP_GATEWAY_INTERNAL_SECRETS,
  CONTROL_PLANE_URL: HttpUrl.optional().describe(
    'the URL of the control plane, which gives credentials for servers of tools and records what they define',
  ),
  ...controlPlaneTlsFields,
  ...announcementFields,
});

runMain(async () => {
  const config = readConfig(Config, process.env);
  const log = createLogger('tool-router', config.MCP_GATEWAY_LOG_LEVEL);
  for (const warning of unknownVariables(process.env, variablesOf(Config))) log.warn(warning);
  const drainMs = config.MCP_GATEWAY_DRAIN_SECONDS * 1_000;
  const { defer } = shutdownOn(log, { drainMs });
  const metrics = await serveMetrics(config, { log, defer }); // first, so that metrics are served until the end

  await checkRedis(config);
  const redisUrl = followedSecret(config.REDIS_URL, 'REDIS_URL', redisFields.REDIS_URL, process.env, { log, defer });
  const redis = redisClient(config, log, redisUrl);
  defer(async () => void (redis.isOpen && redis.destroy()));
  const { MCP_GATEWAY_INTERNAL_SECRETS: first } = config;
  const secret = Config.shape.MCP_GATEWAY_INTERNAL_SECRETS;
  const secrets = followedSecret(first, 'MCP_GATEWAY_INTERNAL_SECRETS', secret, process.env, { log, defer });
  const internalSecrets = secrets ?? (() => first);
  const controlPlane = config.CONTROL_PLANE_URL;
  const agent = controlPlaneAgent(config);
  if (agent) defer(followControlPlaneTls(agent, config, { log }));
  const toControlPlane = { secrets: internalSecrets, tls: tlsOf(agent), log };
  const broker = controlPlane === undefined ? undefined : brokerClient({ controlPlane, ...toControlPlane });
  defer(async () => broker?.close());
  let ownUrl: string | undefined;
  const settings = {
    ownUrl: () => ownUrl,
    prefix: config.REDIS_PREFIX,
    internalSecrets,
    maxBodyBytes: config.MCP_GATEWAY_MAX_BODY_BYTES,
    callTimeoutMs: config.MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS * 1_000,
    egress: createEgress({
      allowedNetworks: config.MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS,
      proxyFor: proxiesOf(process.env),
    }),
  };
  const { server, isReady, close } = composeToolRouter(settings, { redis, log, broker, recorder: broker, metrics });
  void redis.connect().catch(() => {}); // the client reconnects by itself; /readyz says whether the tools are loaded

  defer(() => closeServer(server, 5_000));
  defer(close); // ends streams, so that the server can close
  const port = await listen(server, { host: config.MCP_GATEWAY_HOST, port: config.PORT });
  log.info({ port }, 'tool router listens');
  const { MCP_GATEWAY_ANNOUNCED_HOST: announcedHost, MCP_GATEWAY_HOST: host } = config;
  ownUrl = announcedUrl({ announcedHost, host, port });
  const announced = { redis, prefix: config.REDIS_PREFIX, url: ownUrl };
  defer(announceOnceReady({ ...announced, isReady, drainMs, log })); // first at the end: sessions move before anything closes
});
