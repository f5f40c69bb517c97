import { unavailable } from '@mcp-gateway/common/errors';
import { countFailures, networkOf } from '../../api-keys/failures.js';

/** So many tokens that do not hold may come at once, and each second. */
const AT_ONCE = 200;
const PER_SECOND = 20;

/** Bounds how often an issuer is asked about tokens that it does not know. */
export interface UnknownTokenBudget {
  /**
   * Takes one call.
   * @param address of the client
   * @throws GatewayError UNAVAILABLE when none is left, or none for a client whose tokens have failed
   */
  take(address: string | undefined): void;
  /** The token holds, so the call does not count. */
  giveBack(): void;
  /** The token of this client does not hold. */
  failed(address: string | undefined): void;
}

/**
 * Tokens that hold cost nothing, however many there are. While less than half is left, networks from which 20 tokens
 * have failed within a minute get nothing, so that a flood from one of them leaves the rest to others.
 */
export function unknownTokenBudget(now: () => number): UnknownTokenBudget {
  const failures = countFailures(now);
  let left = AT_ONCE;
  let countedAt = now();
  const clientOf = (address: string | undefined) => (address === undefined ? undefined : networkOf(address));
  const tooMany = () => unavailable('too many unknown tokens are waiting to be verified', { retryAfterSeconds: 2 });
  return {
    take(address) {
      left = Math.min(AT_ONCE, left + ((now() - countedAt) / 1000) * PER_SECOND);
      countedAt = now();
      if (left < 1 || (left < AT_ONCE / 2 && failures.hasTooMany(clientOf(address)))) throw tooMany();
      left -= 1;
    },
    giveBack: () => void (left = Math.min(AT_ONCE, left + 1)),
    failed: (address) => failures.add(clientOf(address)),
  };
}
