import type { Page } from '@mcp-gateway/database';
import { z } from 'zod';
import { documentedAs, parseQuery, wholeNumber } from '../http/request.js';

const MAX_LIMIT = 1_000;

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
      description: 'Begin of the page, from the Link header of the previous page.',
      ...documentedAs({ type: 'string' }),
    }),
});

/** A page begins after a name, so resources that come and go between two requests shift no page. */
export function pageOf(query: unknown): Page {
  const { limit, cursor } = parseQuery(PageQuery, query);
  return { limit, ...(cursor !== undefined && { after: cursor }) };
}

/**
 * RFC 8288: the link to the next page.
 * @param more further parameters of the list
 */
export function linkToNext(path: string, limit: number, last: string, more = new URLSearchParams()): string {
  const cursor = Buffer.from(last, 'utf8').toString('base64url');
  const query = new URLSearchParams([['limit', String(limit)], ['cursor', cursor], ...more]);
  return `<${path}?${query.toString()}>; rel="next"`;
}
