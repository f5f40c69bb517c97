import type { Endpoint } from '@mcp-gateway/common/contracts';

export interface Candidate<T> {
  endpoint: T;
  /** What it has to do already, in whatever is counted. */
  load: number;
  /** 0 takes nothing, 1 its whole share. */
  weight: number;
}

/**
 * Two at random of those that take part, and of these the one with less to do. Nearly as even as the least loaded of all, and
 * many who choose at once, or from counts that are a little old, do not all choose the same.
 */
export function betterOfTwo<T>(candidates: readonly Candidate<T>[], random: () => number): T | undefined {
  const taking = takingPart(candidates, random);
  const first = anyOf(taking, random);
  const second = anyOf(
    taking.filter((candidate) => candidate !== first),
    random,
  );
  return first && second && second.load < first.load ? second.endpoint : first?.endpoint;
}

/** The one with least to do of those that take part; by chance among equals. */
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
 * Each with the probability of its weight beside the greatest one, so at least one. Decided before loads are compared: what
 * has just begun has less to do than all the others, and would win wherever it takes part.
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
