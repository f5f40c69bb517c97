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
