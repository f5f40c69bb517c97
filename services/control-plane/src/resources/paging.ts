import { z } from 'zod';
import { documentedAs, parseQuery, wholeNumber } from '../http/parse.js';

const MAX_LIMIT = 1_000;

export interface Page {
  limit: number;
  /** The name after which the page begins. */
  after?: string;
}

const Cursor = z
  .base64url('must be a cursor from a Link header')
  .transform((cursor) => Buffer.from(cursor, 'base64url').toString('utf8'));

export const PageQuery = z.strictObject({
  limit: wholeNumber(1, MAX_LIMIT).default(MAX_LIMIT).meta({ description: 'How many entries at most.' }),
  cursor: Cursor.refine((name) => /^[a-z0-9-]{1,63}$/.test(name), {
    message: 'must be a cursor from a Link header',
  })
    .optional()
    .meta({
      description: 'Where the page begins; from the Link header of the page before.',
      ...documentedAs({ type: 'string' }),
    }),
});

/** Pages are found by name, so rows that come and go in between move nothing. */
export function pageOf(query: unknown): Page {
  const { limit, cursor } = parseQuery(PageQuery, query);
  return { limit, ...(cursor !== undefined && { after: cursor }) };
}

/** RFC 8288: where the next page is. */
export function linkToNext(path: string, limit: number, last: string): string {
  const cursor = Buffer.from(last, 'utf8').toString('base64url');
  return `<${path}?limit=${limit}&cursor=${cursor}>; rel="next"`;
}
