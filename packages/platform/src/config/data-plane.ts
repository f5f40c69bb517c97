import { isIP } from 'node:net';
import { SESSION_LIMITS } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import { List } from './fields.js';
import { PublicUrl } from './urls.js';

const wholeNumber = (unit: string, min: number, max: number) =>
  z.coerce
    .number(`must be a number of ${unit}`)
    .int(`must be a whole number of ${unit}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const limit = (unit: string, { min, max, default: usual }: (typeof SESSION_LIMITS)[keyof typeof SESSION_LIMITS]) =>
  wholeNumber(unit, min, max).default(usual);

/** Limits of the sessions of an adapter that does not set them itself. */
export const sessionFields = {
  MCP_GATEWAY_SESSION_IDLE_SECONDS: limit('seconds', SESSION_LIMITS.idleTimeoutSeconds),
  MCP_GATEWAY_SESSION_MAX_AGE_SECONDS: limit('seconds', SESSION_LIMITS.maxAgeSeconds),
  MCP_GATEWAY_SESSIONS_PER_ADAPTER: limit('sessions', SESSION_LIMITS.maxOpen),
  MCP_GATEWAY_SESSIONS_PER_CALLER: limit('sessions', SESSION_LIMITS.maxOpenPerCaller),
  MCP_GATEWAY_SESSION_CACHE_BYTES: wholeNumber('bytes', 1024 * 1024, 64 * 1024 ** 3).default(64 * 1024 * 1024),
};

/** `10.0.0.0/8`, `fd00::/8`, or one address. */
function isAddressRange(range: string): boolean {
  const [address = '', bits, ...more] = range.split('/');
  const family = isIP(address);
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return family > 0 && isPrefix && more.length === 0;
}

/** Settings of a service that proxies may stand in front of. */
export const proxyFields = {
  /** Proxies whose word counts for where a request comes from. */
  MCP_GATEWAY_TRUSTED_PROXIES: List.refine((ranges) => ranges.every(isAddressRange), {
    message: 'must be addresses or ranges such as 10.0.0.0/8, separated by commas',
  }),
};

/** Settings of the services that connect to remote servers. */
export const remoteFields = {
  /** Where remote adapters may lead beside public addresses. */
  MCP_GATEWAY_REMOTE_ALLOWED_NETWORKS: List.refine((ranges) => ranges.every(isAddressRange), {
    message: 'must be addresses or ranges such as 10.20.0.0/16, separated by commas',
  }),
};

/** Settings of the data plane that are the same wherever it runs; who starts it for a user hands them on. */
export const trafficFields = {
  ...sessionFields,
  MCP_GATEWAY_MAX_BODY_BYTES: z.coerce
    .number('must be a number of bytes')
    .int('must be a whole number of bytes')
    .min(1024, 'must be at least 1024')
    .default(4 * 1024 * 1024),
  /** How quotas count while Redis does not answer: each data plane its share of each limit, everything, or nothing. */
  MCP_GATEWAY_QUOTA_WITHOUT_REDIS: z
    .enum(['share', 'allow', 'refuse'], 'must be "share", "allow" or "refuse"')
    .default('share'),
  MCP_GATEWAY_TLS_CERT_FILE: z.string().optional(),
  MCP_GATEWAY_TLS_KEY_FILE: z.string().optional(),
  /** Undefined: clients get relative references. */
  MCP_GATEWAY_PUBLIC_URL: PublicUrl.optional(),
  ...proxyFields,
  ...remoteFields,
  MCP_GATEWAY_HTTP2_CLEARTEXT: z.enum(['on', 'off'], 'must be "on" or "off"').default('off'),
  MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: z.coerce
    .number('must be a number of seconds')
    .min(1, 'must be at least 1')
    .max(86_400, 'must be at most 86400')
    .default(300),
};
