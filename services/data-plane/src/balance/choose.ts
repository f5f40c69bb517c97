export interface Candidate<T> {
  endpoint: T;
  /** What it has to do already, in whatever is counted. */
  load: number;
  /** 0 takes nothing, 1 its whole share. */
  weight: number;
}

/**
 * Two at random, each as probable as it weighs, and of these the one with less to do. Nearly as even as the least loaded of
 * all, and many who choose at once, or from counts that are a little old, do not all choose the same.
 */
export function betterOfTwo<T>(candidates: readonly Candidate<T>[], random: () => number): T | undefined {
  const first = draw(candidates, random);
  if (!first) return undefined;
  const second = draw(
    candidates.filter((candidate) => candidate !== first),
    random,
  );
  return second && second.load < first.load ? second.endpoint : first.endpoint;
}

/** The one with least to do of those that take part, each with the probability of its weight; by chance among equals. */
export function leastLoaded<T>(candidates: readonly Candidate<T>[], random: () => number): T | undefined {
  const able = candidates.filter(({ weight }) => weight > 0);
  const taking = able.filter(({ weight }) => weight >= 1 || random() < weight);
  let best: Candidate<T> | undefined;
  let ties = 0;
  for (const candidate of taking.length > 0 ? taking : able) {
    ties = best && candidate.load === best.load ? ties + 1 : 1;
    if (!best || candidate.load < best.load || (candidate.load === best.load && random() * ties < 1)) best = candidate;
  }
  return best?.endpoint;
}

function draw<T>(candidates: readonly Candidate<T>[], random: () => number): Candidate<T> | undefined {
  const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
  let at = random() * total;
  const able = candidates.filter(({ weight }) => weight > 0);
  return able.find(({ weight }) => (at -= weight) < 0) ?? able.at(-1); // sums of fractions are not exact
}
