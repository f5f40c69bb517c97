import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import {
  callerFields,
  ConfigError,
  DatabaseUrl,
  drainFields,
  LogLevel,
  metricsFields,
  networkVariables,
  readConfig,
  redisFields,
  refuseExposedDevelopmentSignIn,
  trafficFields,
  trustVariables,
  unknownVariables,
} from '@mcp-gateway/platform/config';
import { createLogger, escapeControls } from '@mcp-gateway/platform/logging';
import { checkRedis } from '@mcp-gateway/platform/redis';
import { freePort, runMain, shutdownOn } from '@mcp-gateway/platform/serving';
import { checkDatabase } from '@mcp-gateway/database';
import {
  catalogue,
  CatalogueError,
  readCatalogue,
  startSupervisor,
  systemClock,
  usualTimes,
} from '@mcp-gateway/runtime/supervisor';
import { z } from 'zod';
import { announce } from './announce.js';
import { builtInCatalogue } from './catalogue.js';
import { dataFolder } from './data-folder.js';
import { showAdapters } from './example.js';
import { embeddedPostgres, embeddedRedis } from './embedded.js';
import { keepRunning } from './keep-running.js';
import { metricsOf } from './metrics-of.js';
import { checkPort } from './port.js';
import { asSet, startService } from './service.js';

const Config = z.object({
  ...callerFields,
  MCP_GATEWAY_LOG_LEVEL: LogLevel.default('warn'),
  MCP_GATEWAY_DATA: z.string().default(fileURLToPath(new URL('../../../.data', import.meta.url))),
  MCP_GATEWAY_CATALOGUE: z.string().optional(),
  DATABASE_URL: DatabaseUrl.optional(),
  REDIS_URL: redisFields.REDIS_URL.optional(),
  REDIS_CLUSTER: redisFields.REDIS_CLUSTER,
  REDIS_PREFIX: redisFields.REDIS_PREFIX,
  MCP_GATEWAY_SESSION_KEYS: z.string().optional(),
  ...trafficFields,
  ...drainFields,
  ...metricsFields,
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin'),
});

const inWords = (error: Error) => {
  throw new ConfigError(error.message);
};

/** The whole gateway on one machine. What starts later depends on what started before, and ends before it. */
runMain(async () => {
  for (const warning of unknownVariables(process.env, Object.keys(Config.shape))) console.error(warning);
  const config = readConfig(Config, process.env);
  const exposed = refuseExposedDevelopmentSignIn(config);
  if (exposed) throw new ConfigError(exposed);
  const log = createLogger('local', config.MCP_GATEWAY_LOG_LEVEL);
  const { defer, shutdown, isEnding } = shutdownOn(log);
  try {
    const port = await checkPort(config.MCP_GATEWAY_HOST, config.PORT);
    const userCatalogue = config.MCP_GATEWAY_CATALOGUE && resolve(config.MCP_GATEWAY_CATALOGUE);
    if (userCatalogue) await readCatalogue(userCatalogue);
    const data = await dataFolder(config.MCP_GATEWAY_DATA, isEnding);
    defer(data.release);
    const machine = { PATH: config.PATH, HOME: homedir(), LANG: 'C.UTF-8' };

    if (config.DATABASE_URL) await checkDatabase(config.DATABASE_URL).catch(inWords); // services would wait for it
    const { REDIS_URL, REDIS_CLUSTER } = config;
    if (REDIS_URL) await checkRedis({ REDIS_URL, REDIS_CLUSTER }, { mustAnswer: true });
    const databaseUrl = config.DATABASE_URL ?? (await embeddedPostgres(data, log, defer));
    const redisUrl = config.REDIS_URL ?? (await embeddedRedis(data, config.PATH, log, defer));

    const supervisor = await startSupervisor(data.supervisorSocket, {
      catalogue: catalogue(builtInCatalogue, userCatalogue),
      clock: systemClock,
      log,
      logRoot: data.replicaLogs,
      environment: { ...networkVariables(process.env), ...machine },
      ...usualTimes,
      drainMs: config.MCP_GATEWAY_DRAIN_SECONDS * 1000,
    });
    defer(supervisor.close);

    const controlPlanePort = await freePort();
    const shared = {
      ...machine,
      ...trustVariables(process.env),
      MCP_GATEWAY_LOG_LEVEL: config.MCP_GATEWAY_LOG_LEVEL,
      REDIS_URL: redisUrl,
      REDIS_CLUSTER,
      REDIS_PREFIX: config.REDIS_PREFIX,
      MCP_GATEWAY_ALLOWED_ORIGINS: config.MCP_GATEWAY_ALLOWED_ORIGINS.join(','),
    };
    const controlPlane = {
      ...shared,
      DATABASE_URL: databaseUrl,
      PROCESS_LOGS: data.replicaLogs,
      PORT: String(controlPlanePort),
    };
    const worker = { ...shared, DATABASE_URL: databaseUrl, PROCESS_SUPERVISOR: data.supervisorSocket };
    const dataPlane = {
      ...shared,
      PORT: String(port),
      MCP_GATEWAY_HOST: config.MCP_GATEWAY_HOST,
      MCP_GATEWAY_ALLOWED_HOSTS: config.MCP_GATEWAY_ALLOWED_HOSTS.join(','),
      MCP_GATEWAY_DEVELOPMENT_SIGN_IN: config.MCP_GATEWAY_DEVELOPMENT_SIGN_IN ?? '',
      MCP_GATEWAY_SESSION_KEYS: config.MCP_GATEWAY_SESSION_KEYS ?? data.sessionKey,
      ...asSet(Object.keys(trafficFields), process.env),
      CONTROL_PLANE_URL: `http://127.0.0.1:${controlPlanePort}`,
    };
    const start = (name: string, environment: Record<string, string>) =>
      keepRunning(name, () => startService(name, { ...environment, ...metricsOf(name, config) }), log);
    const services = [
      start('control-plane', controlPlane),
      start('deployment-worker', worker),
      start('data-plane', dataPlane),
    ];
    defer(() => Promise.allSettled(services.map(async (service) => (await service).stop())));
    await Promise.all(services);

    const host = ['0.0.0.0', '::'].includes(config.MCP_GATEWAY_HOST) ? '127.0.0.1' : config.MCP_GATEWAY_HOST;
    const tls = config.MCP_GATEWAY_TLS_CERT_FILE !== undefined;
    const url = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const adapters = await showAdapters(dataPlane.CONTROL_PLANE_URL, undefined, tls ? null : url);
    console.log(escapeControls(announce({ url, adapters, data: data.root, logs: join(data.root, 'logs') })));
  } catch (error) {
    const isOfUser = error instanceof ConfigError || error instanceof CatalogueError;
    console.error(escapeControls(isOfUser ? error.message : inspect(error)));
    process.exitCode = 1;
    await shutdown();
  }
});
