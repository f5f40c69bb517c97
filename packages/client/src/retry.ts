/** What came of one attempt: an answer, or none. */
export type Outcome = { status: number; retryAfterSeconds: number | undefined } | 'no answer';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const WORTH_REPEATING = new Set([429, 503]);
/** Longer waits are left to the caller, who learns of `retryAfterSeconds` by the error. */
const MAX_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 250;

/**
 * Whether to send a request again. Only safe methods (RFC 9110 §9.2.1) are repeated: another request may have run.
 * @param attempt 1 after the first
 * @param random from 0 to 1; spreads the attempts of many clients
 * @returns how long to wait first, in milliseconds; undefined to give up
 */
export function retryWaitMs(
  { method, attempt, maxRetries }: { method: string; attempt: number; maxRetries: number },
  outcome: Outcome,
  random: number,
): number | undefined {
  if (!SAFE.has(method) || attempt > maxRetries) return undefined;
  const spread = FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + random / 2);
  if (outcome === 'no answer') return spread;
  if (!WORTH_REPEATING.has(outcome.status)) return undefined;
  const waitMs = outcome.retryAfterSeconds === undefined ? spread : outcome.retryAfterSeconds * 1000 + spread * 0.1;
  return waitMs <= MAX_WAIT_MS ? waitMs : undefined;
}
