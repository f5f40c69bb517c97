const FIRST_MS = 200;
const MAX_MS = 5_000;

/** How many tries in a row have brought nothing, with one that just ended. What breaks off after it brought something is the first. */
export const failuresAfter = (before: number, { broke, progress }: { broke: boolean; progress: boolean }): number => {
  if (progress) return broke ? 1 : 0;
  return before + 1;
};

/** Milliseconds until the next try: doubling up to five seconds, of which half is left to chance, a number from 0 to 1. */
export const backoff = (failures: number, chance = Math.random()): number =>
  failures === 0 ? 0 : Math.min(MAX_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + chance / 2);
