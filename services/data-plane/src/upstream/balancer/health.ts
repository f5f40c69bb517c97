/** The recent results of an endpoint. Times are milliseconds since the epoch. */
export interface Health {
  /** Consecutive failures. */
  failures: number;
  /** Consecutive ejections. */
  ejections: number;
  ejectedUntil: number;
}

export const HEALTHY: Health = { failures: 0, ejections: 0, ejectedUntil: 0 };

const FAILURES = 3;
const FIRST_MS = 2_000;
const MAX_MS = 60_000;
/** At most this part of an adapter's endpoints is ejected: a slow answer is better than none. */
const MAX_EJECTED = 0.5;

/** Three consecutive failures eject an endpoint for a while; after that, each further failure ejects it again. */
export function recordFailure(health: Health, now: number): Health {
  const failures = health.failures + 1;
  const isTried = health.ejections > 0 && now >= health.ejectedUntil;
  if (now < health.ejectedUntil || (failures < FAILURES && !isTried)) return { ...health, failures };
  const pause = Math.min(FIRST_MS * 2 ** health.ejections, MAX_MS);
  return { failures, ejections: health.ejections + 1, ejectedUntil: now + pause };
}

/** An answer during an ejection belongs to an earlier request, so it does not count. */
export const recordSuccess = (health: Health, now: number): Health => (now < health.ejectedUntil ? health : HEALTHY);

/** The ejected endpoints of an adapter; when too many are, the half that was ejected last. */
export function ejected(endpoints: ReadonlyMap<string, Health>, now: number): Set<string> {
  const most = Math.floor(endpoints.size * MAX_EJECTED);
  const out = [...endpoints].filter(([, { ejectedUntil }]) => ejectedUntil > now);
  return new Set(
    out
      .toSorted(([, a], [, b]) => b.ejectedUntil - a.ejectedUntil)
      .slice(0, most)
      .map(([id]) => id),
  );
}
