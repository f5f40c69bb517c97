import { hash } from 'node:crypto';
import type { Principal } from '@mcp-gateway/common/principal';

const MAX_TOKENS = 10_000;
/** A token is verified again after this, so that a key that its issuer has withdrawn stops counting. */
const VERIFIED_MS = 5 * 60_000;

export interface TokenCache {
  get(token: string): Principal | undefined;
  /** @param expiresAt seconds since the epoch */
  add(token: string, principal: Principal, expiresAt: number): void;
}

/** Remembers the principals of verified tokens by a hash of the token; the oldest make room. */
export function tokenCache(now: () => number, maxTokens: number = MAX_TOKENS): TokenCache {
  const entries = new Map<string, { principal: Principal; until: number }>();
  return {
    get(token) {
      const key = keyOf(token);
      const entry = entries.get(key);
      if (!entry) return undefined;
      if (entry.until > now()) return entry.principal;
      entries.delete(key);
      return undefined;
    },
    add(token, principal, expiresAt) {
      const oldest = entries.size >= maxTokens ? entries.keys().next() : undefined;
      if (oldest && !oldest.done) entries.delete(oldest.value);
      entries.set(keyOf(token), { principal, until: Math.min(expiresAt * 1000, now() + VERIFIED_MS) });
    },
  };
}

const keyOf = (token: string): string => hash('sha256', token, 'base64');
