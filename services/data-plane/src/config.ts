import { controlPlaneTlsFields } from '@mcp-gateway/credentials';
import { HttpUrl, internalFields, type sessionFields, trafficFields } from '@mcp-gateway/platform/config';
import { sessionKey, type SessionKeys } from '@mcp-gateway/sessions';
import { z } from 'zod';
import { IdentityKeysSetting } from './credentials/identity-keys.js';
import type { AllLimits } from './sessions/limits.js';

const SessionKeyList = z
  .string()
  .transform((list, context): SessionKeys => {
    const [first, ...rest] = list.split(',').map((key) => Buffer.from(key.trim(), 'base64'));
    if (!first || [first, ...rest].some((key) => key.length !== 32)) {
      context.addIssue(
        'must be keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32',
      );
      return z.NEVER;
    }
    return [sessionKey(first), ...rest.map(sessionKey)];
  })
  .describe('one or more keys of 32 bytes in base64, separated by commas; make one with: openssl rand -base64 32')
  .meta({ secret: true });

/** Settings that only the data plane has. */
export const dataPlaneFields = {
  CONTROL_PLANE_URL: HttpUrl.describe('the URL of the control plane, such as http://127.0.0.1:8001'),
  ...controlPlaneTlsFields,
  /** The first key seals new session ids, once it has settled (`SessionKeyRing`); the others only unseal older ones. */
  MCP_GATEWAY_SESSION_KEYS: SessionKeyList,
  ...internalFields,
  MCP_GATEWAY_IDENTITY_KEYS: IdentityKeysSetting.optional(),
  ...trafficFields,
};

/** Says why a data plane must not start with these settings of tokens for servers. */
export const identityKeysFault = (config: {
  MCP_GATEWAY_IDENTITY_KEYS?: unknown;
  MCP_GATEWAY_PUBLIC_URL?: { hostname: string | undefined } | undefined;
}): string | undefined =>
  config.MCP_GATEWAY_IDENTITY_KEYS === undefined || config.MCP_GATEWAY_PUBLIC_URL?.hostname !== undefined
    ? undefined
    : 'MCP_GATEWAY_IDENTITY_KEYS needs MCP_GATEWAY_PUBLIC_URL with a host, such as https://tools.example.com: it is the issuer of the tokens, by which servers recognize the gateway.';

/** The limits in the form of an adapter's own. */
export const sessionLimits = (config: z.infer<z.ZodObject<typeof sessionFields>>): AllLimits => ({
  idleTimeoutSeconds: config.MCP_GATEWAY_SESSION_IDLE_SECONDS,
  maxAgeSeconds: config.MCP_GATEWAY_SESSION_MAX_AGE_SECONDS,
  maxOpen: config.MCP_GATEWAY_SESSIONS_PER_ADAPTER,
  maxOpenPerCaller: config.MCP_GATEWAY_SESSIONS_PER_CALLER,
});
