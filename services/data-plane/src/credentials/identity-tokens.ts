import { randomUUID } from 'node:crypto';
import { collectionOf, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { IdentityKeys } from './identity-keys.js';

/** The caller that a token names. The tenant is not known for requests of the gateway's own. */
interface TokenCaller {
  subject: string;
  name: string;
  roles: readonly string[];
  tenant?: string | undefined;
}

export interface IdentityTokenParts {
  /** Undefined when the operator has configured none. They may be replaced. */
  keys: (() => IdentityKeys) | undefined;
  /** The public URL of the gateway, which is the issuer. */
  issuer: string | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

/** A token for a server; without a promise when it is in memory. */
export type IdentityTokens = (route: Route, caller: TokenCaller) => string | Promise<string>;

const LIFETIME_SECONDS = 300;
/** So that a server has minutes to look at it. */
const REUSED_MS = 120_000;
const MAX_KEPT = 10_000;

/**
 * Signs short-lived tokens of callers for servers (RFC 7519). One is used again for the same caller, with the same roles,
 * on the same adapter.
 * @throws GatewayError CREDENTIAL_UNAVAILABLE when the operator has configured no key
 */
export function identityTokens({ keys, issuer, now = Date.now }: IdentityTokenParts): IdentityTokens {
  const kept = new LRUCache<string, { token: string; until: number; kid: string }>({ max: MAX_KEPT });

  async function sign(key: string, audience: string, { subject, name, roles, tenant }: TokenCaller): Promise<string> {
    if (!keys || issuer === undefined) throw notConfigured();
    const { signing } = keys();
    const at = now();
    const issuedAt = Math.floor(at / 1000);
    const claims = { iss: issuer, aud: audience, sub: subject, name, roles, ...(tenant !== undefined && { tenant }) };
    const token = await new SignJWT({
      ...claims,
      iat: issuedAt,
      exp: issuedAt + LIFETIME_SECONDS,
      jti: randomUUID(),
    })
      .setProtectedHeader({ alg: signing.alg, typ: 'JWT', kid: signing.kid })
      .sign(signing.key);
    kept.set(key, { token, until: at + REUSED_MS, kid: signing.kid });
    return token;
  }

  return (route, caller) => {
    const { subject, name, roles, tenant } = caller;
    const audience = route.upstreamAuth?.audience ?? `${issuer}/${collectionOf(route.kind)}/${route.name}`;
    const key = JSON.stringify([audience, subject, tenant, name, roles]);
    const known = kept.get(key);
    const isCurrent = known && known.until > now() && known.kid === keys?.().signing.kid;
    return isCurrent ? known.token : sign(key, audience, caller);
  };
}

const notConfigured = () =>
  new GatewayError('CREDENTIAL_UNAVAILABLE', {
    detail:
      'the adapter has identityToken: true, and the operator has set no MCP_GATEWAY_IDENTITY_KEYS with which the gateway signs',
  });
