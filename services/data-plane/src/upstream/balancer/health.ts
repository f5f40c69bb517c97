/** How an endpoint has answered of late. Times are milliseconds since the epoch. */
export interface Health {
  /** Failures in a row. */
  failures: number;
  /** How often in a row it was ejected. */
  ejections: number;
  ejectedUntil: number;
}

export const HEALTHY: Health = { failures: 0, ejections: 0, ejectedUntil: 0 };

const FAILURES = 3;
const FIRST_MS = 2_000;
const MAX_MS = 60_000;
/** However many fail, this part of them stays: rather a slow answer than none. */
const MAX_EJECTED = 0.5;

/** After three failures in a row an endpoint gets nothing new for a while; after that, one more failure is enough. */
export function recordFailure(health: Health, now: number): Health {
  const failures = health.failures + 1;
  const isTried = health.ejections > 0 && now >= health.ejectedUntil;
  if (now < health.ejectedUntil || (failures < FAILURES && !isTried)) return { ...health, failures };
  const pause = Math.min(FIRST_MS * 2 ** health.ejections, MAX_MS);
  return { failures, ejections: health.ejections + 1, ejectedUntil: now + pause };
}

/** An answer while it is ejected is one to a request from before. */
export const recordSuccess = (health: Health, now: number): Health => (now < health.ejectedUntil ? health : HEALTHY);

/** Those of an adapter that get nothing new now: of the ejected ones, the last half to have been so. */
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
