import { z } from 'zod';

/** A string that PostgreSQL's `jsonb` can hold: well-formed UTF-16 and no NUL. */
export const Text = z.string().refine((value) => value.isWellFormed() && !value.includes('\0'), {
  message: 'must be well-formed Unicode without NUL characters',
});
