import { isIPv6 } from 'node:net';
import { GatewayError } from '@mcp-gateway/common/errors';
import { addressIn } from '../refuse-replicas.js';

const MAX_FAILURES = 20;
const WINDOW_MS = 60_000;
const MAX_ENTRIES = 10_000;

export interface Failures {
  /** @throws GatewayError TOO_MANY_FAILURES when `hasTooMany` */
  refuse(...who: readonly (string | undefined)[]): void;
  /** Whether it has failed too often lately. */
  hasTooMany(who: string | undefined): boolean;
  /** Counts a failure of each. */
  add(...who: readonly (string | undefined)[]): void;
}

/** Counts failures within a minute from the first; the oldest entries make room. */
export function countFailures(now: () => number, { maxEntries = MAX_ENTRIES } = {}): Failures {
  const entries = new Map<string, { count: number; until: number }>();
  const tooManyOf = (who: string | undefined) => {
    const entry = who === undefined ? undefined : entries.get(who);
    return entry && entry.count >= MAX_FAILURES && entry.until > now() ? entry : undefined;
  };
  return {
    hasTooMany: (who) => tooManyOf(who) !== undefined,
    refuse(...who) {
      for (const each of who) {
        const entry = tooManyOf(each);
        if (!entry) continue;
        const seconds = Math.max(1, Math.ceil((entry.until - now()) / 1000));
        throw new GatewayError('TOO_MANY_FAILURES', {
          detail:
            `${MAX_FAILURES} requests from your address, or with this API key, had a wrong API key within a minute. Stop ` +
            `sending this key, check that it is complete, not expired and not revoked, and try again in ${seconds} seconds`,
          headers: { 'retry-after': String(seconds) },
        });
      }
    },
    add(...who) {
      for (const each of who) {
        if (each === undefined) continue;
        const entry = entries.get(each);
        if (entry && entry.until > now()) {
          entry.count += 1;
          continue;
        }
        entries.delete(each); // so that the new entry is the youngest
        const oldest = entries.size >= maxEntries ? entries.keys().next() : undefined;
        if (oldest && !oldest.done) entries.delete(oldest.value);
        entries.set(each, { count: 1, until: now() + WINDOW_MS });
      }
    },
  };
}

/** Where a caller may change addresses at will: a network of IPv6 counts as one caller. */
export function networkOf(peer: string): string {
  const address = addressIn(peer);
  if (!isIPv6(address)) return address;
  const [head = ''] = address.split('::');
  const groups = head.split(':').filter(Boolean);
  return `${groups.slice(0, 4).join(':')}::/64`;
}
