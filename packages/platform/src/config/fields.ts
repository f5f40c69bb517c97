import { z } from 'zod';
import { RedisUrls } from './urls.js';

const NOT_A_PORT = 'must be a port number from 0 to 65535';
/** A TCP port; 0 lets the system choose. */
export const Port = z.coerce.number(NOT_A_PORT).int(NOT_A_PORT).min(0, NOT_A_PORT).max(65535, NOT_A_PORT);

export const LogLevel = z.enum(
  ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
  'must be one of trace, debug, info, warn, error, silent',
);

/** In lower case, an address in its shortest form; empty when it is no URL. */
export const hostnameOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '');

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** Separated by commas. */
export const List = z
  .string()
  .default('')
  .transform((list) =>
    list
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

const Origins = List.refine(
  (origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
  {
    message: 'must be origins such as https://portal.example.com, separated by commas',
  },
);

const HOST = /^[\w.-]+$|^\[[\da-f:.]+\]$/;
const Hosts = List.refine((hosts) => hosts.every((host) => HOST.test(host) && hostnameOf(`http://${host}`) === host), {
  message: 'must be host names in lower case and without a port, such as gateway.example.com, separated by commas',
});

/** Where metrics are served, if anywhere. */
export const metricsFields = {
  MCP_GATEWAY_METRICS_PORT: Port.optional(),
  MCP_GATEWAY_METRICS_HOST: z.string().default('127.0.0.1'),
};

/** Settings every service has. */
export const serviceFields = {
  MCP_GATEWAY_LOG_LEVEL: LogLevel.default('info'),
  ...metricsFields,
};

/** Where replicas run. */
export const RuntimeName = z.enum(['process', 'kubernetes'], 'must be process or kubernetes').default('process');

/** Settings of a service that shares routes, sessions and the queue. */
export const redisFields = {
  REDIS_URL: RedisUrls,
  REDIS_CLUSTER: z.enum(['on', 'off'], 'must be "on" or "off"').default('off'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:-]+$/, 'must be letters, digits, "_", ":" and "-"')
    .default('mcp-gateway'),
};

/** Settings of a service that answers callers. */
export const callerFields = {
  PORT: Port.default(8000),
  MCP_GATEWAY_HOST: z.string().default('127.0.0.1'),
  AUTH_MODE: z
    .enum(['development', 'oidc', 'entra'], 'must be "development", "oidc" or "entra"')
    .default('development'),
  MCP_GATEWAY_DEVELOPMENT_SIGN_IN: z.literal('allow-from-network', 'can only be "allow-from-network"').optional(),
  MCP_GATEWAY_ALLOWED_ORIGINS: Origins,
  MCP_GATEWAY_ALLOWED_HOSTS: Hosts,
  /** Names of adapters whose replicas may use development sign-in. */
  MCP_GATEWAY_ALLOWED_CALLERS: List,
};

/** Says why a service must not start with development sign-in where others can reach it. */
export function refuseExposedDevelopmentSignIn(config: {
  AUTH_MODE: string;
  MCP_GATEWAY_HOST: string;
  MCP_GATEWAY_DEVELOPMENT_SIGN_IN?: string | undefined;
}): string | undefined {
  if (config.AUTH_MODE !== 'development' || isLoopback(config.MCP_GATEWAY_HOST)) return undefined;
  if (config.MCP_GATEWAY_DEVELOPMENT_SIGN_IN === 'allow-from-network') return undefined;
  return (
    `MCP_GATEWAY_HOST=${config.MCP_GATEWAY_HOST} can be reached from the network, and development sign-in lets anyone be anyone. ` +
    'Use MCP_GATEWAY_HOST=127.0.0.1, or set MCP_GATEWAY_DEVELOPMENT_SIGN_IN=allow-from-network if that is what you want.'
  );
}

const NOT_AN_AUDIT = 'must be "off", "stdout", "database" or "both"';

/** Where a service that answers callers leaves its audit records, and how long they are kept. */
export const auditFields = {
  MCP_GATEWAY_AUDIT: z.enum(['off', 'stdout', 'database', 'both'], NOT_AN_AUDIT).default('database'),
  MCP_GATEWAY_AUDIT_RETENTION_DAYS: z.coerce
    .number('must be a number of days')
    .int('must be a whole number of days')
    .min(1, 'must be at least 1')
    .max(36_500, 'must be at most 36500')
    .default(90),
};

/** How long a replica that is replaced or scaled down continues, so that its sessions can move. */
export const drainFields = {
  MCP_GATEWAY_DRAIN_SECONDS: z.coerce
    .number('must be a number of seconds')
    .min(0, 'must be at least 0')
    .max(3600, 'must be at most 3600')
    .default(10),
};

const MIN_SECRET_CHARACTERS = 32;

/** What the services of one gateway trust each other by. */
export const internalFields = {
  /** A service sends all and accepts each, so that they rotate. */
  MCP_GATEWAY_INTERNAL_SECRETS: z
    .string()
    .transform((list) => list.split(',').map((secret) => secret.trim()))
    .refine(
      (secrets): secrets is [string, ...string[]] =>
        secrets.every((secret) => secret.length >= MIN_SECRET_CHARACTERS && /^[\x21-\x7e]+$/.test(secret)),
      `must be secrets of at least ${MIN_SECRET_CHARACTERS} characters, separated by commas; make one with: openssl rand -base64 32`,
    )
    .describe('one or more secrets, separated by commas; make one with: openssl rand -base64 32')
    .meta({ secret: true })
    .optional(),
};
