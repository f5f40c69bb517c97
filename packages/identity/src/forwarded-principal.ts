import type { IncomingHttpHeaders } from 'node:http';
import { ResourceKind } from '@mcp-gateway/common/contracts';
import { forbidden } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { z } from 'zod';
import { ownServices } from './own-services.js';

/** In which a data plane tells a tool router who calls. Clients' own headers of this name never pass. */
export const PRINCIPAL_HEADER = 'x-mcp-gateway-principal';

/** What permissions, policies and quotas decide by, and when the sign-in ends. */
const ForwardedPrincipal = z.object({
  subject: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  tenant: z.string(),
  adminOf: z.array(z.string()).optional(),
  expiresAt: z.number().optional(),
  resources: z.array(z.object({ kind: ResourceKind, name: z.string() })).optional(),
});

/**
 * The value of `X-Mcp-Gateway-Principal`: JSON in base64url. It proves nothing by itself: it counts because of the secret that
 * goes with it. A caller of many groups makes it as long as some 20 KiB, so a reader needs a larger `maxHeaderSize` than Node's.
 */
export function sealPrincipal(principal: Principal): string {
  const { subject, name, roles, tenant, adminOf, expiresAt, resources } = principal;
  const forwarded: { [field in keyof z.infer<typeof ForwardedPrincipal>]: unknown } = {
    subject,
    name,
    roles,
    tenant,
    adminOf,
    expiresAt,
    resources: resources?.map((each) => ({ kind: each.kind, name: each.name })),
  };
  return Buffer.from(JSON.stringify(forwarded)).toString('base64url');
}

/** Callers whose header a reader remembers, and the length of the longest such header: some 2 MB at most. */
const MAX_REMEMBERED = 1_000;
const MAX_REMEMBERED_CHARS = 2_048;

/**
 * Reads the caller of a request that a data plane has forwarded. It remembers callers: a data plane sends the same text with each
 * request of one.
 * @param secrets as they are now; one in common with the data plane is enough, so that they rotate
 * @returns throws GatewayError FORBIDDEN when the request has none of the secrets, or no principal that can be read
 */
export function principalReader(
  secrets: () => readonly string[],
): (headers: IncomingHttpHeaders) => Readonly<Principal> {
  const isOwnService = ownServices(secrets);
  const remembered = new Map<string, Principal>();
  return (headers) => {
    if (!isOwnService(headers)) {
      throw forbidden('only data planes may call a tool router: send the request to the gateway');
    }
    const header = headers[PRINCIPAL_HEADER];
    const known = typeof header === 'string' ? remembered.get(header) : undefined;
    if (known) return known;
    const principal = principalIn(header);
    if (!principal) {
      throw forbidden('the data plane names no caller that this tool router can read; run one version of both');
    }
    if (typeof header === 'string' && header.length <= MAX_REMEMBERED_CHARS) {
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(header, principal);
    }
    return principal;
  };
}

function principalIn(header: string | string[] | undefined): Principal | undefined {
  if (typeof header !== 'string') return undefined;
  try {
    return ForwardedPrincipal.safeParse(JSON.parse(Buffer.from(header, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
