import { invalidRequest } from '@mcp-gateway/common/errors';
import { z } from 'zod';

/** @throws GatewayError INVALID_REQUEST naming each bad parameter. */
export const parseQuery = <T>(schema: z.ZodType<T>, query: unknown): T => parse(schema, query, 'query');

/** @throws GatewayError INVALID_REQUEST naming each bad field. */
export const parseBody = <T>(schema: z.ZodType<T>, body: unknown): T => parse(schema, body, 'body');

function parse<T>(schema: z.ZodType<T>, value: unknown, within: 'body' | 'query'): T {
  const { data, error } = schema.safeParse(value);
  if (error) throw invalidRequest(error, { within, schema });
  return data;
}

const DIGITS = 'must be a whole number, in decimal digits';

/** A number in a query. Not by coercion, which takes an empty text for 0, and 0x2 and 1e1 for what JavaScript means by them. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string(DIGITS)
    .regex(/^\d+$/, DIGITS)
    .transform(Number)
    .pipe(z.number().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
