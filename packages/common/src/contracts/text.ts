import { z } from 'zod';

/**
 * A string of at most `max` characters. When the length fails, no later check runs: a caller may send a far longer text, and a
 * pattern may take long on it.
 */
export function boundedString(max: number, min = 0) {
  const string = z.string().max(max, { error: `must be at most ${max} characters`, abort: true });
  return min === 0 ? string : string.min(min, { error: 'must not be empty', abort: true });
}

/** A string that PostgreSQL's `jsonb` can hold: well-formed UTF-16 and no NUL. */
export const text = (max: number, min = 0) =>
  boundedString(max, min).refine((value) => value.isWellFormed() && !value.includes('\0'), {
    message: 'must be well-formed Unicode without NUL characters',
  });
