import { unavailable } from '@mcp-gateway/common/errors';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { discover, type DiscoverySource } from './discovery.js';
import type { FetchJson } from './fetch-json.js';

/** Keys older than this are read again while they are used. */
const FRESH_MS = 10 * 60_000;
/** Keys older than this are used only when they cannot be read again: one of them may have been withdrawn long ago. */
const STALE_MS = 60 * 60_000;
/** How long keys are used that cannot be read again. */
const OUTAGE_MS = 24 * 60 * 60_000;
/** Between two attempts, whatever asks for keys: tokens with invented key ids must not flood the issuer. */
const PAUSE_MS = 15_000;

/** The part of a logger that is used here. */
export interface WarningLog {
  warn(fields: object, message: string): void;
}

export interface KeySetParts {
  fetchJson: FetchJson;
  log: WarningLog;
  /** Milliseconds since the epoch. */
  now: () => number;
}

interface KeySource extends DiscoverySource {
  jwksUri?: string | undefined;
}

/**
 * The keys of an issuer (OpenID Connect Discovery §4, RFC 7517). An unknown key id makes the gateway read them again,
 * all callers together and at most every 15 seconds. Known keys survive an outage of the issuer for a day.
 * @throws GatewayError UNAVAILABLE when no keys could be read; errors of jose when no key fits
 */
export function issuerKeys(source: KeySource, { fetchJson, log, now }: KeySetParts): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let readAt = -Infinity;
  let triedAt = -Infinity;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    triedAt = now();
    try {
      const jwksUri = source.jwksUri ?? (await discover('jwks_uri', source, fetchJson));
      keys = createLocalJWKSet((await fetchJson(jwksUri)) as JSONWebKeySet);
      readAt = now();
    } catch (error) {
      log.warn({ issuer: source.issuer, err: error }, 'the keys of an issuer cannot be read');
    } finally {
      reading = undefined;
    }
  }
  /** Undefined when it is too early for another attempt. */
  const readAgain = (): Promise<void> | undefined => (reading ??= now() - triedAt >= PAUSE_MS ? read() : undefined);

  return async (header, token) => {
    if (!keys || now() - readAt > STALE_MS) await readAgain();
    else if (now() - readAt > FRESH_MS) void readAgain();
    if (!keys || now() - readAt > OUTAGE_MS) {
      throw unavailable('the keys of the issuer cannot be read', { retryAfterSeconds: PAUSE_MS / 1000 });
    }
    try {
      return await keys(header, token);
    } catch (error) {
      const again = error instanceof errors.JWKSNoMatchingKey ? readAgain() : undefined;
      if (!again) throw error;
      await again;
      return keys(header, token);
    }
  };
}
