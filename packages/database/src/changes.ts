import { Phase, ResourceKind } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import type { Database } from './connect.js';
import { Prisma } from './generated/client.js';
import { queryOrUnavailable } from './unavailable.js';

const Stored = z.object({
  position: z.bigint().transform(Number),
  type: z.enum(['begin', 'created', 'updated', 'status', 'deleted']),
  kind: z.enum(['', ...ResourceKind.options, 'tenant', 'quota']),
  name: z.string(),
  id: z.string().nullable(),
  generation: z.number().nullable(),
  phase: Phase.nullable().catch(null),
  createdBy: z.string().nullable(),
  tenant: z.string().nullable(),
  /** Roles in lower case that could read the resource after the change; null once it is gone. */
  readers: z.array(z.string()).nullable(),
  /** And before; null for a new one. */
  readersBefore: z.array(z.string()).nullable(),
});
/** One change of a resource (created, updated, status or deleted) or of a tenant or its quota. */
export type Change = z.infer<typeof Stored>;

export interface ChangePage {
  changes: Change[];
  /** The position of the last one that was read, also if this version does not know what it is; else the position that was asked for. */
  last: number;
  /** There may be more. */
  isFull: boolean;
  /** The time of the database, as a position. */
  now: number;
}

/**
 * The changes of resources and tenants, in their order: when one is visible, no change before it appears any more. Every
 * method throws GatewayError UNAVAILABLE while the database is unavailable.
 */
export interface ChangeRows {
  /** The changes after a position, oldest first. */
  after(position: number, limit: number): Promise<ChangePage>;
  /**
   * The positions of the oldest change that is kept and of the newest, and the time of the database. The log is whole while it
   * has its begin: nothing has been removed.
   */
  ends(): Promise<{ oldest: number; newest: number; now: number; isWhole: boolean }>;
  /** Removes all but the newest. */
  trim(kept: number): Promise<number>;
}

const NOW = Prisma.sql`floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint`;
const COLUMNS = Prisma.sql`position, type, kind, name, id, generation, phase, created_by AS "createdBy", tenant,
  reader_roles AS readers, reader_roles_before AS "readersBefore"`;

export function changeRows(database: Database): ChangeRows {
  return {
    async after(position, limit) {
      const rows = await queryOrUnavailable(
        () => database.$queryRaw<({ now: bigint; found: boolean } & Record<string, unknown>)[]>`
          SELECT clock.now, found.position IS NOT NULL AS found, found.*
          FROM (SELECT ${NOW} AS now) AS clock LEFT JOIN LATERAL (
            SELECT ${COLUMNS} FROM changes WHERE position > ${position} ORDER BY position LIMIT ${limit}
          ) AS found ON true ORDER BY found.position`,
      );
      const found = rows.filter((row) => row.found);
      const changes = found.flatMap((row) => Stored.safeParse(row).data ?? []); // others: only a newer version knows who may see them
      const last = Number(found.at(-1)?.['position'] ?? position);
      return { changes, last, isFull: found.length === limit, now: Number(rows[0]?.now ?? 0) };
    },

    async ends() {
      const [ends] = await queryOrUnavailable(
        () => database.$queryRaw<(Record<'oldest' | 'newest' | 'now', bigint | null> & { begin: string | null })[]>`
          SELECT min(position) AS oldest, max(position) AS newest, ${NOW} AS now,
            (SELECT type FROM changes ORDER BY position LIMIT 1) AS begin FROM changes`,
      );
      const [oldest, newest, now] = [Number(ends?.oldest ?? 0), Number(ends?.newest ?? 0), Number(ends?.now ?? 0)];
      return { oldest, newest, now, isWhole: ends?.begin === 'begin' };
    },

    trim: (kept) =>
      queryOrUnavailable(
        () => database.$executeRaw`
          DELETE FROM changes WHERE position < (SELECT position FROM changes ORDER BY position DESC OFFSET ${kept - 1} LIMIT 1)`,
      ),
  };
}
