import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkDatabase } from '@mcp-gateway/database';
import { startDevelopmentIssuer, type DevelopmentIssuer } from '@mcp-gateway/development-issuer';
import {
  ConfigError,
  fileVariable,
  networkVariables,
  proxyVariables,
  remoteFields,
  trafficFields,
  trustVariables,
  variablesOf,
} from '@mcp-gateway/platform/config';
import { signInFields } from '@mcp-gateway/identity';
import type { Logger } from '@mcp-gateway/platform/logging';
import { checkRedis } from '@mcp-gateway/platform/redis';
import { closeServer, freePort, holdPort, listen } from '@mcp-gateway/platform/serving';
import {
  catalogue,
  defaultTimes,
  readCatalogue,
  startSupervisor,
  systemClock,
  type CatalogueEntry,
} from '@mcp-gateway/runtime/supervisor';
import { z } from 'zod';
import type { Config } from './config.js';
import { dataFolder, type DataFolder } from './data-folder.js';
import { keepRunning } from './keep-running.js';
import { startPostgres } from './postgres/start.js';
import { startRedis } from './redis/start.js';
import { definedVariables, metricsEnvironment, startService } from './service.js';

interface Host {
  env: NodeJS.ProcessEnv;
  log: Logger;
  /** Registers a step of the shutdown; the steps run in reverse order. */
  defer(step: () => Promise<unknown>): void;
  /** Whether this process is shutting down. */
  isEnding(): boolean;
  /** Whether callers sign in at an issuer that starts with the gateway. */
  developmentIssuer: boolean;
}

export interface RunningGateway {
  /** The URL on this machine. */
  url: string;
  /** The URL that clients use. */
  publicUrl: string;
  issuer: DevelopmentIssuer | undefined;
  controlPlaneUrl: string;
  data: string;
  logs: string;
}

/**
 * Starts the whole gateway on this machine. Each part depends on the parts before it, and ends before them.
 * @throws ConfigError or CatalogueError when the user has to change a setting
 */
export async function startGateway(config: Config, host: Host): Promise<RunningGateway> {
  const { env, log, defer, isEnding } = host;
  const port = await checkPort(config.MCP_GATEWAY_HOST, config.PORT);
  const held = [await holdPort(port)]; // until the services listen, which takes seconds
  const userCatalogue = config.MCP_GATEWAY_CATALOGUE && resolve(config.MCP_GATEWAY_CATALOGUE);
  if (userCatalogue) await readCatalogue(userCatalogue);
  const data = await dataFolder(config.MCP_GATEWAY_DATA, isEnding);
  defer(data.release);
  const { databaseUrl, redisUrl } = await startStores(config, data, host);

  const machine = { PATH: config.PATH, HOME: homedir(), LANG: 'C.UTF-8' };
  const supervisor = await startSupervisor(data.supervisorSocket, {
    catalogue: catalogue(builtInCatalogue, userCatalogue),
    clock: systemClock,
    log,
    logRoot: data.replicaLogs,
    environment: { ...networkVariables(env), ...machine },
    ...defaultTimes,
    drainMs: config.MCP_GATEWAY_DRAIN_SECONDS * 1000,
  });
  defer(supervisor.close);

  const controlPlanePort = await freePort();
  held.push(await holdPort(controlPlanePort));
  const url = urlOf(config, port);
  const publicUrl = publicUrlOf(config, url);
  const issuer = host.developmentIssuer ? await startIssuer([publicUrl, url], data, host) : undefined;
  const environments = serviceEnvironments(config, issuer ? reachedDirectly(issuer.issuer, env) : env, {
    machine,
    signIn: issuer ? { AUTH_MODE: 'oidc', OIDC_ISSUERS: issuer.setting } : signInVariables(config, env),
    data,
    databaseUrl,
    redisUrl,
    dataPlanePort: port,
    controlPlanePort,
  });
  const services = Object.entries(environments).map(([name, environment]) =>
    keepRunning(name, () => startService(name, { ...environment, ...metricsEnvironment(name, config) }), log),
  );
  defer(() => Promise.allSettled(services.map(async (service) => (await service).stop())));
  await Promise.all(services);
  for (const release of held) release();
  return {
    url,
    publicUrl,
    issuer,
    controlPlaneUrl: `http://127.0.0.1:${controlPlanePort}`,
    data: data.root,
    logs: join(data.root, 'logs'),
  };
}

/** Checks the configured stores; starts and keeps running the stores that are not configured. */
async function startStores(config: Config, data: DataFolder, { log, defer }: Host) {
  // Services would wait for a database that is down, so a wrong URL has to fail here.
  if (config.DATABASE_URL) {
    await checkDatabase(config.DATABASE_URL).catch((error: Error) => {
      throw new ConfigError(error.message);
    });
  }
  const { REDIS_URL, REDIS_CLUSTER } = config;
  if (REDIS_URL) await checkRedis({ REDIS_URL, REDIS_CLUSTER }, { mustAnswer: true });
  return {
    databaseUrl: config.DATABASE_URL ?? (await embeddedPostgres()),
    redisUrl: config.REDIS_URL ?? (await embeddedRedis()),
  };

  async function embeddedPostgres(): Promise<string> {
    const options = { dataDir: data.postgres, socketDir: data.sockets, log };
    const { first, stop } = await keepRunning('postgres', () => startPostgres(options), log);
    defer(stop);
    return first.url('mcp_gateway');
  }

  /** Keeps one port, so that the clients of Redis find it again after a restart. */
  async function embeddedRedis(): Promise<string> {
    const options = { port: await freePort(), path: config.PATH, dataDir: data.root, log };
    const { first, stop } = await keepRunning('redis', () => startRedis(options), log);
    defer(stop);
    return first.url;
  }
}

/** With an issuer elsewhere, the services may need a proxy to reach it. */
const signInVariables = (config: Config, env: NodeJS.ProcessEnv): Record<string, string> => ({
  AUTH_MODE: config.AUTH_MODE,
  ...(config.AUTH_MODE !== 'development' && {
    ...proxyVariables(env),
    ...definedVariables(variablesOf(z.object(signInFields)), env),
  }),
});

/** The environment with an exception from the proxies for a server of this machine. */
function reachedDirectly(url: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const exceptions = [env['no_proxy'] || env['NO_PROXY'], new URL(url).host].filter(Boolean).join(',');
  return { ...env, NO_PROXY: exceptions, no_proxy: exceptions };
}

/** @param urls of the gateway; each also counts with the other name of this machine */
async function startIssuer(urls: string[], data: DataFolder, { log, defer }: Host): Promise<DevelopmentIssuer> {
  const byName = urls.map((url) => url.replace('//127.0.0.1', '//localhost'));
  const options = { folder: join(data.root, 'issuer'), gatewayUrls: [...new Set([...urls, ...byName])], log };
  const issuer = await startDevelopmentIssuer(options);
  defer(issuer.stop);
  return issuer;
}

interface Parts {
  machine: Record<string, string>;
  /** Variables of the services that answer callers. */
  signIn: Record<string, string>;
  data: DataFolder;
  databaseUrl: string;
  redisUrl: string;
  dataPlanePort: number;
  controlPlanePort: number;
}

const toolRouterVariables = (env: NodeJS.ProcessEnv): Record<string, string> => ({
  ...definedVariables(['MCP_GATEWAY_MAX_BODY_BYTES', 'MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS'], env),
  PORT: '0', // data planes learn of it from Redis
  MCP_GATEWAY_DRAIN_SECONDS: '0', // there is no other router
});

/** The ways to remote servers. */
const remoteVariables = (env: NodeJS.ProcessEnv): Record<string, string> => ({
  ...proxyVariables(env),
  ...definedVariables(Object.keys(remoteFields), env),
});

/** The environment of each service: nothing of this process's environment that the service does not need. */
function serviceEnvironments(config: Config, env: NodeJS.ProcessEnv, parts: Parts) {
  const { machine, signIn, data, databaseUrl, redisUrl, dataPlanePort, controlPlanePort } = parts;
  const shared = {
    ...machine,
    ...trustVariables(env),
    MCP_GATEWAY_LOG_LEVEL: config.MCP_GATEWAY_LOG_LEVEL,
    REDIS_URL: redisUrl,
    REDIS_CLUSTER: config.REDIS_CLUSTER,
    REDIS_PREFIX: config.REDIS_PREFIX,
  };
  // By which data plane, control plane and tool router trust each other; new at each start, because all start with it.
  const internal = secretOr(randomBytes(32).toString('base64'), 'MCP_GATEWAY_INTERNAL_SECRETS', env);
  const remote = remoteVariables(env);
  const callers = {
    ...shared,
    ...internal,
    ...signIn,
    MCP_GATEWAY_ALLOWED_ORIGINS: config.MCP_GATEWAY_ALLOWED_ORIGINS.join(','),
    ...secretOr(data.apiKeyPepper, 'MCP_GATEWAY_API_KEY_PEPPERS', env),
    MCP_GATEWAY_AUDIT: config.MCP_GATEWAY_AUDIT,
    MCP_GATEWAY_AUDIT_RETENTION_DAYS: String(config.MCP_GATEWAY_AUDIT_RETENTION_DAYS),
  };
  const controlPlane = { CONTROL_PLANE_URL: `http://127.0.0.1:${controlPlanePort}` };
  return {
    'control-plane': {
      ...callers,
      DATABASE_URL: databaseUrl,
      PROCESS_LOGS: data.replicaLogs,
      PORT: String(controlPlanePort),
      ...definedVariables(['MCP_GATEWAY_PUBLIC_URL'], env),
      ...(config.MCP_GATEWAY_CREDENTIALS_DIR !== undefined && {
        ...proxyVariables(env), // to reach authorization servers
        MCP_GATEWAY_CREDENTIALS_DIR: resolve(config.MCP_GATEWAY_CREDENTIALS_DIR),
      }),
    },
    'deployment-worker': {
      ...shared,
      DATABASE_URL: databaseUrl,
      PROCESS_SUPERVISOR: data.supervisorSocket,
      ...remote,
    },
    'data-plane': {
      ...callers,
      PORT: String(dataPlanePort),
      MCP_GATEWAY_HOST: config.MCP_GATEWAY_HOST,
      MCP_GATEWAY_ALLOWED_HOSTS: config.MCP_GATEWAY_ALLOWED_HOSTS.join(','),
      MCP_GATEWAY_DEVELOPMENT_SIGN_IN: config.MCP_GATEWAY_DEVELOPMENT_SIGN_IN ?? '',
      ...secretOr(data.sessionKey, 'MCP_GATEWAY_SESSION_KEYS', env),
      ...remote,
      ...definedVariables(Object.keys(trafficFields), env),
      ...definedVariables(withFile('MCP_GATEWAY_IDENTITY_KEYS'), env),
      ...controlPlane,
    },
    'tool-router': { ...shared, ...internal, ...remote, ...controlPlane, ...toolRouterVariables(env) },
  };
}

/** A secret as it is configured, else the generated one. Services read a file themselves, so that they notice changes. */
function secretOr(generated: string, name: string, env: NodeJS.ProcessEnv): Record<string, string> {
  const configured = definedVariables([name, fileVariable(name)], env);
  return Object.keys(configured).length > 0 ? configured : { [name]: generated };
}

const withFile = (name: string) => [name, fileVariable(name)];

/**
 * Checks the port before anything else starts. Port 0 becomes a free port.
 * @throws ConfigError when another program listens on the port
 */
async function checkPort(host: string, port: number): Promise<number> {
  const server = createServer();
  const free = await listen(server, { host, port });
  await closeServer(server, 0);
  return free;
}

function urlOf(config: Config, port: number): string {
  const host = ['0.0.0.0', '::'].includes(config.MCP_GATEWAY_HOST) ? '127.0.0.1' : config.MCP_GATEWAY_HOST;
  const scheme = config.MCP_GATEWAY_TLS_CERT_FILE === undefined ? 'http' : 'https';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Where clients see the root, without a slash at its end. */
function publicUrlOf({ MCP_GATEWAY_PUBLIC_URL: set }: Config, url: string): string {
  if (!set) return url;
  return set.hostname === undefined ? url + set.path : set.href;
}

const server = (name: string): CatalogueEntry => ({
  command: process.execPath,
  args: [fileURLToPath(new URL(`../../../servers/${name}/dist/main.js`, import.meta.url))],
  env: {},
});

/** The servers that this repository ships, by image name. */
const builtInCatalogue: Record<string, CatalogueEntry> = {
  'mcp-example': server('mcp-example'),
  'tool-example': server('tool-example'),
  'weather-tool': server('tool-example'), // its name in the samples of microsoft/mcp-gateway
  'mcp-bridge': server('mcp-bridge'),
  'mcp-proxy': server('mcp-bridge'), // the name that scripts of Microsoft's gateway use
};
