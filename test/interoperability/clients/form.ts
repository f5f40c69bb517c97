import { ANSWERS } from '../features.ts';

interface Field {
  type?: string;
  enum?: string[];
  const?: string;
  oneOf?: { const: string }[];
  items?: Field & { anyOf?: { const: string }[] };
  format?: string;
  minimum?: number;
}

/** Fills a form in: texts with the user's answer, every other field with a valid value. */
export function answerForm(params: unknown): Record<string, string | number | boolean | string[]> {
  const { requestedSchema } = params as {
    requestedSchema?: { properties?: Record<string, Field>; required?: string[] };
  };
  const { properties = {}, required = Object.keys(properties) } = requestedSchema ?? {};
  const wanted = Object.entries(properties).filter(
    ([name, { type, enum: options, oneOf }]) => required.includes(name) || (type === 'string' && !options && !oneOf),
  );
  return Object.fromEntries(wanted.map(([name, field]) => [name, valueOf(field)]));
}

function valueOf({ type, enum: options, oneOf, items, format, minimum }: Field): string | number | boolean | string[] {
  if (type === 'boolean') return true;
  if (type === 'number' || type === 'integer') return minimum ?? 1;
  if (type === 'array') return [items?.enum?.[0] ?? items?.anyOf?.[0]?.const ?? ''];
  if (format === 'email') return 'user@example.com';
  if (format === 'uri') return 'https://example.com/';
  if (format === 'date') return '2026-11-21';
  if (format === 'date-time') return '2026-11-21T12:00:00Z';
  return options?.[0] ?? oneOf?.[0]?.const ?? ANSWERS.user;
}
