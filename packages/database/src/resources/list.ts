import { normalizeRole } from '@mcp-gateway/common/permission';
import { Prisma } from '../generated/client.js';
import type { ListOrder, ListPage, Reader } from './rows.js';

/** Conditions of the WHERE of a list, and its ORDER BY. */

const TIMES = { createdAt: Prisma.sql`created_at`, lastUpdatedAt: Prisma.sql`updated_at` };

/** Names are unique, so they order the rows of one moment. Each order has an index. */
export function orderOf({ order = 'name', after, afterTime }: ListPage): { after: Prisma.Sql[]; order: Prisma.Sql } {
  const [by, isDescending] = partsOf(order);
  const direction = isDescending ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  const beyond = isDescending ? Prisma.sql`<` : Prisma.sql`>`;
  if (by === 'name') {
    const condition = after === undefined ? [] : [Prisma.sql`name ${beyond} ${after}`];
    return { after: condition, order: Prisma.sql`ORDER BY name ${direction}` };
  }
  const time = TIMES[by];
  const isLater = after !== undefined && afterTime !== undefined;
  const condition = isLater ? [Prisma.sql`(${time}, name) ${beyond} (${afterTime}, ${after})`] : [];
  return { after: condition, order: Prisma.sql`ORDER BY ${time} ${direction}, name ${direction}` };
}

const partsOf = (order: ListOrder) =>
  [order.replace('-', '') as Exclude<ListOrder, `-${string}`>, order.startsWith('-')] as const;

/** The permission rule (`decide` in packages/common), as far as lists need it. */
export function readableBy({ subject, roles, adminOf = [], isAdmin, names }: Reader): Prisma.Sql[] {
  const readable = Prisma.sql`(created_by = ${subject} OR reader_roles && ${roles.map(normalizeRole)}::text[]
    OR tenant = ANY(${[...adminOf]}::text[]))`;
  const named = names === undefined ? [] : [Prisma.sql`name = ANY(${[...names]}::text[])`];
  return [...(isAdmin ? [] : [readable]), ...named];
}

/** The phase that the API shows: one that was observed before the last change says nothing about the current spec. */
const CURRENT_PHASE = Prisma.sql`CASE WHEN observed_generation = generation THEN phase
  WHEN observed_generation = 0 THEN 'Pending' ELSE 'Progressing' END`;

export function matching({ words = [], tags = [], phases, updatedSince, generation }: ListPage): Prisma.Sql[] {
  return [
    ...words.map((word) => Prisma.sql`strpos(search, mcp_gateway_lower(${word}::text)) > 0`),
    ...(tags.length > 0 ? [Prisma.sql`tags @> ${[...tags]}::text[]`] : []),
    ...(updatedSince ? [Prisma.sql`updated_at >= ${updatedSince}`] : []),
    ...(generation === undefined ? [] : [Prisma.sql`generation = ${generation}`]),
    ...(phases ? [Prisma.sql`${CURRENT_PHASE} = ANY(${[...phases]}::text[])`] : []),
  ];
}
