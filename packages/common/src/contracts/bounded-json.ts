import type { z } from 'zod';

interface Bounds {
  /** Characters of the value as JSON. */
  maxChars: number;
  /** How deep objects and arrays may be nested. */
  maxDepth: number;
}

/**
 * Refuses JSON that is too large or too deeply nested before anything walks it, and text that PostgreSQL's `jsonb` cannot hold:
 * ill-formed UTF-16 and NUL. For `z.preprocess`; the value itself stays.
 */
export const boundedJson =
  ({ maxChars, maxDepth }: Bounds) =>
  (value: unknown, context: z.RefinementCtx): unknown => {
    const fault =
      faultOf(value, maxDepth) ?? (isLonger(value, maxChars) ? `must be at most ${maxChars} characters` : undefined);
    if (fault === undefined) return value;
    context.addIssue({ code: 'custom', message: fault });
    return undefined;
  };

const isLonger = (value: unknown, maxChars: number): boolean => (JSON.stringify(value) ?? '').length > maxChars;

function faultOf(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string')
    return isStorable(value) ? undefined : 'must be well-formed Unicode without NUL characters';
  if (typeof value === 'number' && !Number.isFinite(value))
    return 'must not contain a number that is too large for JSON';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return 'must not be nested that deeply';
  for (const [key, child] of Object.entries(value)) {
    const fault = faultOf(key, 0) ?? faultOf(child, depth - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
