import type { Endpoint } from '@mcp-gateway/common/contracts';

export interface Candidate<T> {
  endpoint: T;
  /** The current load, in any unit. */
  load: number;
  /** 0 takes no share, 1 a whole share. */
  weight: number;
}

/**
 * Picks two candidates at random and returns the one with less load. The result is nearly as even as always picking the
 * least loaded, and many choices made at once, or from slightly old counts, do not all hit the same endpoint.
 */
export function powerOfTwoChoices<T>(candidates: readonly Candidate<T>[], random: () => number): T | undefined {
  const taking = takingPart(candidates, random);
  const first = anyOf(taking, random);
  const second = anyOf(
    taking.filter((candidate) => candidate !== first),
    random,
  );
  return first && second && second.load < first.load ? second.endpoint : first?.endpoint;
}

/** The candidate with the least load; a random one among equals. */
export function leastLoaded<T>(candidates: readonly Candidate<T>[], random: () => number): T | undefined {
  let best: Candidate<T> | undefined;
  let ties = 0;
  for (const candidate of takingPart(candidates, random)) {
    ties = best && candidate.load === best.load ? ties + 1 : 1;
    if (!best || candidate.load < best.load || (candidate.load === best.load && random() * ties < 1)) best = candidate;
  }
  return best?.endpoint;
}

/**
 * The candidates that take part: each with the probability of its weight relative to the greatest weight, so at least
 * one. Weights apply before loads are compared: a new endpoint has the least load, and would win whenever it takes
 * part.
 */
function takingPart<T>(candidates: readonly Candidate<T>[], random: () => number): Candidate<T>[] {
  const most = Math.max(0, ...candidates.map(({ weight }) => weight));
  return candidates.filter(({ weight }) => weight > 0 && (weight >= most || random() * most < weight));
}

const anyOf = <T>(candidates: readonly T[], random: () => number): T | undefined =>
  candidates[Math.floor(random() * candidates.length)];

const SLOW_START_MS = 10_000;
const LEAST = 0.1;

/**
 * The share of new sessions and requests that an endpoint takes: none when it is not ready or drains, and a growing
 * share in the first ten seconds, while its caches are cold and its load is below that of all others. Times are
 * milliseconds since the epoch.
 */
export function weightOf({ ready, draining }: Endpoint, readySince: number, now: number): number {
  if (!ready || draining) return 0;
  return Math.min(1, Math.max(LEAST, (now - readySince) / SLOW_START_MS));
}

/** This long before its end, an endpoint gets no new requests, because they would be cut off. */
const END_MARGIN_MS = 500;

/**
 * The endpoints that still serve when none is ready, as kube-proxy uses terminating endpoints: draining ones, else
 * those on an unreachable node. `now` is in milliseconds since the epoch.
 */
export function lastResort(endpoints: readonly Endpoint[], now: number): Endpoint[] {
  const serving = endpoints.filter(
    ({ ready, serving: serves = ready, drainUntil }) =>
      serves && (drainUntil === undefined || now < Date.parse(drainUntil) - END_MARGIN_MS),
  );
  const draining = serving.filter(({ drainUntil }) => drainUntil !== undefined);
  return draining.length > 0 ? draining : serving;
}
