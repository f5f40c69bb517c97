import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { forbidden } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { INTERNAL_SECRET_HEADER } from '@mcp-gateway/platform/serving';
import { z } from 'zod';

const PRINCIPAL_HEADER = 'x-mcp-gateway-principal';

const ForwardedPrincipal = z.object({
  subject: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  tenant: z.string(),
  adminOf: z.array(z.string()).optional(),
  expiresAt: z.number().optional(),
  resources: z.array(z.object({ kind: z.enum(['adapter', 'tool']), name: z.string() })).optional(),
});

/**
 * The caller of a request that a data plane has forwarded.
 * @throws GatewayError FORBIDDEN when the request has none of the secrets, or no principal that can be read
 */
export function readPrincipal(headers: IncomingHttpHeaders, secrets: () => readonly string[]): Principal {
  const given = headers[INTERNAL_SECRET_HEADER];
  const known = secrets().map(digest);
  const isKnown = (each: string) => known.some((one) => timingSafeEqual(one, digest(each.trim())));
  if (typeof given !== 'string' || !given.split(',').some(isKnown)) {
    throw forbidden('only data planes may call a tool router: send the request to the gateway');
  }
  const sealed = headers[PRINCIPAL_HEADER];
  try {
    return ForwardedPrincipal.parse(JSON.parse(Buffer.from(String(sealed), 'base64url').toString()));
  } catch {
    throw forbidden('the data plane names no caller that this tool router can read; run one version of both');
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest();
