/** No known name is longer, and the comparison takes quadratic time. */
const MAX_CHARS = 64;

/** The known name that the caller probably meant: it differs by a typing error, begins alike, or contains the name. */
export function closestMatch(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_CHARS) return undefined;
  const meant = name.toLowerCase();
  const [best] = known
    .map((candidate) => ({ candidate, ...compared(meant, candidate.toLowerCase()) }))
    .filter(({ rank }) => rank < UNLIKE)
    .toSorted((one, other) => one.rank - other.rank || one.distance - other.distance);
  return best?.candidate;
}

const TYPING_ERRORS = 2;

/** The known name from which the name differs by a typing error or two, or by as many as `most` says. */
export function misspelt(name: string, known: readonly string[], most = TYPING_ERRORS): string | undefined {
  if (name.length > MAX_CHARS || known.includes(name)) return undefined;
  const meant = name.toLowerCase();
  return known.find((candidate) => distance(meant, candidate.toLowerCase()) <= most);
}

const UNLIKE = 3;

/** A lower rank is likelier: a typing error, then a common beginning (`env`, `replicas`), then a part (`roles`). */
function compared(meant: string, candidate: string): { rank: number; distance: number } {
  const steps = distance(meant, candidate);
  if (steps <= meant.length / 3) return { rank: 0, distance: steps };
  let common = 0;
  while (common < meant.length && meant[common] === candidate[common]) common += 1;
  if (common >= 3 && common >= meant.length / 2) return { rank: 1, distance: steps };
  return { rank: meant.length >= 3 && candidate.includes(meant) ? 2 : UNLIKE, distance: steps };
}

/** Damerau–Levenshtein distance: insertions, deletions, substitutions and swaps of neighbours. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, j) => j);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      next[j] = Math.min(
        substituted,
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        swapped ? (before[j - 2] ?? 0) + 1 : Infinity,
      );
    }
    before = row;
    row = next;
  }
  return row[other.length] ?? 0;
}
