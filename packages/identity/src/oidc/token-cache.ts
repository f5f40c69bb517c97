import { hash } from 'node:crypto';
import type { Principal } from '@mcp-gateway/common/principal';

const MAX_TOKENS = 10_000;
/** A token is verified again after this, so that a key that its issuer has withdrawn stops counting. */
const VERIFIED_MS = 5 * 60_000;

export interface TokenCache {
  /** @param key `keyOf` the token */
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
export const keyOf = (token: string): string => hash('sha256', token, 'base64');
