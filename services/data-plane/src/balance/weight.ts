import type { Endpoint } from '@mcp-gateway/common/contracts';

const SLOW_START_MS = 10_000;
const LEAST = 0.1;

/**
 * The share of new sessions and requests that an endpoint takes: none when it is not ready or about to end, a growing one
 * in the ten seconds after it has got ready, when its caches are cold and all the others have more to do than it.
 * Times are milliseconds since the epoch.
 */
export function weightOf({ ready, draining }: Endpoint, readySince: number, now: number): number {
  if (!ready || draining) return 0;
  return Math.min(1, Math.max(LEAST, (now - readySince) / SLOW_START_MS));
}

/** Before its end an endpoint gets nothing new, as that would be cut off. */
const END_MARGIN_MS = 500;

/**
 * What still serves where no endpoint is ready, as kube-proxy uses endpoints that terminate: those that drain, else those whose
 * node is silent. `now` is in milliseconds since the epoch.
 */
export function lastResort(endpoints: readonly Endpoint[], now: number): Endpoint[] {
  const serving = endpoints.filter(
    ({ ready, serving: serves = ready, drainUntil }) =>
      serves && (drainUntil === undefined || now < Date.parse(drainUntil) - END_MARGIN_MS),
  );
  const draining = serving.filter(({ drainUntil }) => drainUntil !== undefined);
  return draining.length > 0 ? draining : serving;
}
