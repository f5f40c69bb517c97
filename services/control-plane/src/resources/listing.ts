import { Phase, Tag } from '@mcp-gateway/common/contracts';
import type { ListOrder, ListPage } from '@mcp-gateway/database';
import { z } from 'zod';
import { documentedAs, parseQuery } from '../http/request.js';
import { PageQuery } from './paging.js';

/** The query of the list of one kind: a page of what matches. */

const ORDERS = ['name', '-name', 'createdAt', '-createdAt', 'lastUpdatedAt', '-lastUpdatedAt'] as const;

const MAX_WORDS = 8;
const MAX_ITEMS = 16;

/** Texts between commas. */
const listOf = <T>(item: z.ZodType<T, string>) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(1_024, 'must be at most 1024 characters')
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(item).max(MAX_ITEMS, `must be at most ${MAX_ITEMS}, separated by commas`))
    .meta(documentedAs({ type: 'string' }));

const PhaseInAnyCase = z
  .string()
  .transform((text) => Phase.options.find((phase) => phase.toLowerCase() === text.toLowerCase()) ?? text)
  .pipe(Phase as z.ZodType<Phase, string>);

/** Name of the last entry; ordered by a time, its milliseconds before it. */
const CURSOR = /^(?:(?<time>\d{1,16})\/)?(?<name>[a-z0-9-]{1,63})$/;
const NOT_A_CURSOR = 'must be a cursor from a Link header';

export const ListQuery = PageQuery.extend({
  cursor: z
    .base64url(NOT_A_CURSOR)
    .transform((cursor) => CURSOR.exec(Buffer.from(cursor, 'base64url').toString('utf8'))?.groups)
    .refine((found) => found !== undefined, { message: NOT_A_CURSOR })
    .optional()
    .meta({
      description: 'Begin of the page, from the Link header of the previous page.',
      ...documentedAs({ type: 'string' }),
    }),
  q: z
    .string()
    .max(200, 'must be at most 200 characters')
    .refine((text) => text.isWellFormed() && !text.includes('\0'), { message: 'must be well-formed Unicode' })
    .transform((text) => text.split(/\s+/).filter(Boolean))
    .refine((words) => words.length <= MAX_WORDS, { message: `must be at most ${MAX_WORDS} words` })
    .optional()
    .meta({
      description:
        'Words to search for, in any case. Each is in the name, the title, the description, the owner, a tag or the ' +
        'name of the image.',
      ...documentedAs({ type: 'string', maxLength: 200 }),
    }),
  tag: listOf(Tag)
    .optional()
    .meta({ description: 'Only entries with this tag; with all of several, separated by commas.' }),
  phase: listOf(PhaseInAnyCase).optional().meta({
    description: 'Only entries in this phase; in one of several, separated by commas.',
  }),
  sort: z.enum(ORDERS).default('name').meta({
    description: 'Order of the entries; `-` is the other way round.',
  }),
}).refine(({ cursor, sort }) => cursor === undefined || isByTime(sort) === (cursor['time'] !== undefined), {
  path: ['cursor'],
  message: 'must be a cursor from a Link header of a list with the same sort',
});

const isByTime = (order: ListOrder) => order.endsWith('At');

/** @throws GatewayError INVALID_REQUEST that names each bad parameter */
export function listPageOf(query: unknown): ListPage {
  const { limit, cursor, q, tag, phase, sort } = parseQuery(ListQuery, query);
  const { time, name } = cursor ?? {};
  return {
    limit,
    order: sort,
    ...(name !== undefined && { after: name }),
    ...(time !== undefined && { afterTime: new Date(Number(time)) }),
    ...(q && { words: q }),
    ...(tag && { tags: tag }),
    ...(phase && { phases: phase }),
  };
}

/** What the cursor of the next page names, for the last entry of this one. */
export function cursorOf(
  { name, createdAt, updatedAt }: { name: string; createdAt: Date; updatedAt: Date },
  order: ListOrder = 'name',
): string {
  if (!isByTime(order)) return name;
  return `${(order.endsWith('createdAt') ? createdAt : updatedAt).getTime()}/${name}`;
}

/** The parameters that a link to the next page repeats. */
export function filtersIn(originalUrl: string): URLSearchParams {
  const kept = new URLSearchParams(originalUrl.split('?')[1]);
  kept.delete('limit');
  kept.delete('cursor');
  return kept;
}
