import { hash } from 'node:crypto';
import type { Principal } from '@mcp-gateway/common/principal';
import { bearerToken } from '../bearer.js';
import type { SignInRequest } from '../verifier.js';

const MAX_TOKENS = 10_000;
/** A token is verified again after this, so that a key that its issuer has withdrawn stops counting. */
const VERIFIED_MS = 5 * 60_000;

export interface TokenCache {
  /** @param key as `tokenReader` returns it */
  get(key: string): Principal | undefined;
  /** @param expiresAt seconds since the epoch */
  add(key: string, principal: Principal, expiresAt: number): void;
}

/** Remembers the principals of verified tokens; the oldest make room. */
export function tokenCache(now: () => number, maxTokens: number = MAX_TOKENS): TokenCache {
  const entries = new Map<string, { principal: Principal; until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (entry.until > now()) return entry.principal;
      entries.delete(key);
      return undefined;
    },
    add(key, principal, expiresAt) {
      const oldest = entries.size >= maxTokens ? entries.keys().next() : undefined;
      if (oldest && !oldest.done) entries.delete(oldest.value);
      entries.set(key, { principal, until: Math.min(expiresAt * 1000, now() + VERIFIED_MS) });
    },
  };
}

/** The hash by which a token is remembered. */
const keyOf = (token: string): string => hash('sha256', token, 'base64');

/** A token as a request sends it. */
export interface PresentedToken {
  token: string;
  /** Its hash, by which it is remembered. */
  key: string;
}

/**
 * Reads the token of a request. A connection sends the same token again and again, so its last one is kept with it, and
 * costs a comparison instead of a hash. What is kept says nothing of whether the token holds: that, the cache is asked
 * for every request.
 * @throws GatewayError as `bearerToken`
 */
export function tokenReader(): (request: SignInRequest) => PresentedToken {
  const lastTokens = new WeakMap<object, PresentedToken & { header: string | undefined }>();
  return ({ headers, connection }) => {
    const header = headers.authorization;
    const last = connection && lastTokens.get(connection);
    if (last && last.header === header) return last;
    const token = bearerToken(headers);
    const read = { header, token, key: keyOf(token) };
    if (connection) lastTokens.set(connection, read);
    return read;
  };
}
