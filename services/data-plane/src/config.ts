import { sessionKey, type SessionKey } from '@mcp-gateway/protocol';
import { z } from 'zod';
import type { AllLimits } from './sessions/limits.js';

const SessionKeys = z
  .string()
  .transform((list, context): [SessionKey, ...SessionKey[]] => {
    const [first, ...rest] = list.split(',').map((key) => Buffer.from(key.trim(), 'base64'));
    if (!first || [first, ...rest].some((key) => key.length !== 32)) {
      context.addIssue(
        'must be keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32',
      );
      return z.NEVER;
    }
    return [sessionKey(first), ...rest.map(sessionKey)];
  })
  .describe('one or more keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32');

const wholeNumber = (unit: string, min: number, max: number) =>
  z.coerce
    .number(`must be a number of ${unit}`)
    .int(`must be a whole number of ${unit}`)
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);

const DAY = 24 * 3600;

/** What the sessions of an adapter may do that does not say so itself. */
const sessionFields = {
  MCP_GATEWAY_SESSION_IDLE_SECONDS: wholeNumber('seconds', 60, 30 * DAY).default(DAY),
  MCP_GATEWAY_SESSION_MAX_AGE_SECONDS: wholeNumber('seconds', 60, 90 * DAY).default(7 * DAY),
  MCP_GATEWAY_SESSIONS_PER_ADAPTER: wholeNumber('sessions', 1, 1_000_000).default(10_000),
  MCP_GATEWAY_SESSIONS_PER_CALLER: wholeNumber('sessions', 1, 1_000_000).default(1_000),
  MCP_GATEWAY_SESSION_CACHE_BYTES: wholeNumber('bytes', 1024 * 1024, 64 * 1024 ** 3).default(64 * 1024 * 1024),
};

/** Settings that only the data plane has. */
export const dataPlaneFields = {
  CONTROL_PLANE_URL: z.url('must be a URL').describe('the URL of the control plane, such as http://127.0.0.1:8001'),
  /** The first key seals new session ids; the others still open old ones. */
  MCP_GATEWAY_SESSION_KEYS: SessionKeys,
  ...sessionFields,
  MCP_GATEWAY_MAX_BODY_BYTES: z.coerce
    .number('must be a number of bytes')
    .int('must be a whole number of bytes')
    .min(1024, 'must be at least 1024')
    .default(4 * 1024 * 1024),
  MCP_GATEWAY_TLS_CERT_FILE: z.string().optional(),
  MCP_GATEWAY_TLS_KEY_FILE: z.string().optional(),
  MCP_GATEWAY_HTTP2_CLEARTEXT: z.enum(['on', 'off'], 'must be "on" or "off"').default('off'),
  MCP_GATEWAY_UPSTREAM_TIMEOUT_SECONDS: z.coerce
    .number('must be a number of seconds')
    .min(1, 'must be at least 1')
    .max(86_400, 'must be at most 86400')
    .default(300),
};

/** The limits in the form of an adapter's own. */
export const sessionLimits = (config: z.infer<z.ZodObject<typeof sessionFields>>): AllLimits => ({
  idleTimeoutSeconds: config.MCP_GATEWAY_SESSION_IDLE_SECONDS,
  maxAgeSeconds: config.MCP_GATEWAY_SESSION_MAX_AGE_SECONDS,
  maxOpen: config.MCP_GATEWAY_SESSIONS_PER_ADAPTER,
  maxOpenPerCaller: config.MCP_GATEWAY_SESSIONS_PER_CALLER,
});
