import type { Phase } from '@mcp-gateway/common/contracts';
import { normalizeRole } from '@mcp-gateway/common/permission';
import { Prisma } from '../generated/client.js';

export interface Reader {
  subject: string;
  roles: readonly string[];
  /** Reads everything of these tenants. */
  adminOf?: readonly string[] | undefined;
  /** Reads everything. */
  isAdmin: boolean;
  /** The only names that the reader may read; undefined: no restriction. */
  names?: readonly string[] | undefined;
}

/** What a list is ordered by; `-` is the other way round. */
export type ListOrder = 'name' | '-name' | 'createdAt' | '-createdAt' | 'lastUpdatedAt' | '-lastUpdatedAt';

/** A page of a list that is searched, filtered and ordered. */
export interface ListPage extends Page {
  /** Default: `name`. */
  order?: ListOrder;
  /** Ordered by a time: that of the last entry of the page before. */
  afterTime?: Date;
  /** All of these are in the name, the title, the description, the owner, the tags or the image, whatever their case. */
  words?: readonly string[];
  /** It has all of these. */
  tags?: readonly string[];
  /** Its spec was replaced at this time or later. */
  updatedSince?: Date;
  /** It has this generation. */
  generation?: number;
  /** It is in one of these; undefined: any. */
  phases?: readonly Phase[] | undefined;
}

export interface Page {
  limit: number;
  /** The last name of the page before. */
  after?: string;
}

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
