import type { AuditOutcome } from '@mcp-gateway/common/contracts';
import type { Database } from '../connect.js';
import { Prisma } from '../generated/client.js';
import { queryOrUnavailable } from '../unavailable.js';
import { type ChainedRecord, columnsOf, hashOf } from './chain.js';

/** Which records to read; a field that is absent admits all. */
export interface AuditFilter {
  since?: Date | undefined;
  /** Exclusive. */
  until?: Date | undefined;
  subject?: string | undefined;
  /** An action, or with `*` at the end the beginning of one. */
  action?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
  outcome?: AuditOutcome | undefined;
  /** Only what callers of these tenants did, and what was done to resources of them. */
  tenants?: readonly string[] | undefined;
}

interface AuditPage {
  limit: number;
  order: 'oldest first' | 'newest first';
  /** The position behind which the page begins, in its order. */
  after?: number | undefined;
}

/** The stored audit records, in one hash chain. Every method throws GatewayError UNAVAILABLE while the database is unavailable. */
export interface AuditRows {
  /**
   * Adds records at the end of the chain, without those that it has already. One writer at a time: 'busy', and nothing
   * is added, while another one writes.
   * @param records as JSON; each with an id
   * @throws Error when one of them is no audit record
   */
  append(records: readonly string[]): Promise<number | 'busy'>;
  list(filter: AuditFilter, page: AuditPage): Promise<ChainedRecord[]>;
  /** The position of the newest record; 0 when there is none. */
  head(): Promise<number>;
  /** Removes at most `limit` of the oldest records that were stored before. Returns how many, or 'busy' as `append`. */
  removeStoredBefore(time: Date, limit: number): Promise<number | 'busy'>;
}

const TRANSACTION = { timeout: 15_000, maxWait: 5_000 };

interface StoredChain {
  headPosition: bigint;
  headHash: string;
  basePosition: bigint;
}

export function auditRows(database: Database, now: () => Date = () => new Date()): AuditRows {
  return {
    append: (records) => withChain(database, (transaction, chain) => append(transaction, chain, records, now())),
    removeStoredBefore: (time, limit) =>
      withChain(database, (transaction, chain) => removeOldest(transaction, chain, time, limit)),
    async list(filter, { limit, order, after }) {
      const isAscending = order === 'oldest first';
      const begin = isAscending ? Prisma.sql`position > ${after}` : Prisma.sql`position < ${after}`;
      const conditions = [...conditionsOf(filter), ...(after === undefined ? [] : [begin])];
      const where = conditions.length === 0 ? Prisma.empty : Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}`;
      const rows = await queryOrUnavailable(
        () => database.$queryRaw<StoredRecord[]>`
          SELECT position, stored_at AS "storedAt", record, hash FROM audit_records ${where}
          ORDER BY position ${isAscending ? Prisma.sql`ASC` : Prisma.sql`DESC`} LIMIT ${limit}`,
      );
      return rows.map((row) => ({ ...row, position: Number(row.position), storedAt: row.storedAt.toISOString() }));
    },
    async head() {
      const [chain] = await queryOrUnavailable(
        () => database.$queryRaw<StoredChain[]>`SELECT head_position AS "headPosition" FROM audit_chain`,
      );
      return Number(chain?.headPosition ?? 0);
    },
  };
}

type StoredRecord = Omit<ChainedRecord, 'position' | 'storedAt'> & { position: bigint; storedAt: Date };
type Transaction = Prisma.TransactionClient;

/** Runs `use` in a transaction that holds the chain; 'busy' when another one holds it. */
function withChain<T>(
  database: Database,
  use: (transaction: Transaction, chain: StoredChain) => Promise<T>,
): Promise<T | 'busy'> {
  return queryOrUnavailable(() =>
    database.$transaction(async (transaction) => {
      const [chain] = await transaction.$queryRaw<StoredChain[]>`
        SELECT head_position AS "headPosition", head_hash AS "headHash", base_position AS "basePosition"
        FROM audit_chain FOR UPDATE SKIP LOCKED`;
      return chain ? use(transaction, chain) : 'busy';
    }, TRANSACTION),
  );
}

async function append(
  transaction: Transaction,
  { headPosition, headHash }: StoredChain,
  records: readonly string[],
  now: Date,
): Promise<number> {
  const byId = new Map(records.map((record) => [columnsOf(record).id, record]));
  const known = await transaction.$queryRaw<{ id: string }[]>`
    SELECT id FROM audit_records WHERE id = ANY(${[...byId.keys()]}::uuid[])`;
  for (const { id } of known) byId.delete(id);
  if (byId.size === 0) return 0;

  let last = { position: Number(headPosition), hash: headHash };
  const storedAt = now.toISOString();
  const rows = [...byId.values()].map((record) => {
    const place = { position: last.position + 1, storedAt, record };
    last = { ...place, hash: hashOf(last.hash, place) };
    return { ...place, hash: last.hash, ...columnsOf(record) };
  });
  await transaction.$executeRaw`
    INSERT INTO audit_records
      (position, id, stored_at, record, hash, time, action, outcome, subject, tenant, kind, name, resource_tenant)
    SELECT position, id, "storedAt", record, hash, time, action, outcome, subject, tenant, kind, name,
      "resourceTenant"
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS given
      (position bigint, id uuid, "storedAt" timestamp(3), record text, hash text, time timestamp(3), action text,
       outcome text, subject text, tenant text, kind text, name text, "resourceTenant" text)`;
  await transaction.$executeRaw`
    UPDATE audit_chain SET head_position = ${last.position}, head_hash = ${last.hash}`;
  return rows.length;
}

/** The base of the chain moves with the removed records, so that the rest can still be verified. */
async function removeOldest(
  transaction: Transaction,
  { basePosition }: StoredChain,
  time: Date,
  limit: number,
): Promise<number> {
  const [last] = await transaction.$queryRaw<{ position: bigint; hash: string }[]>`
    SELECT position, hash FROM audit_records
    WHERE position <= ${basePosition} + ${limit}::bigint AND stored_at < ${time} ORDER BY position DESC LIMIT 1`;
  if (!last) return 0;
  const removed = await transaction.$executeRaw`DELETE FROM audit_records WHERE position <= ${last.position}`;
  await transaction.$executeRaw`
    UPDATE audit_chain SET base_position = ${last.position}, base_hash = ${last.hash}`;
  return removed;
}

function conditionsOf({ since, until, subject, action, kind, name, outcome, tenants }: AuditFilter): Prisma.Sql[] {
  const isPrefix = action?.endsWith('*');
  const same = (column: string, value: string | undefined) =>
    value === undefined ? [] : [Prisma.sql`${Prisma.raw(column)} = ${value}`];
  return [
    ...(since ? [Prisma.sql`time >= ${since}`] : []),
    ...(until ? [Prisma.sql`time < ${until}`] : []),
    ...(isPrefix ? [Prisma.sql`starts_with(action, ${action?.slice(0, -1)})`] : same('action', action)),
    ...same('subject', subject),
    ...same('kind', kind),
    ...same('name', name),
    ...same('outcome', outcome),
    ...(tenants ? [ofTenants([...tenants])] : []),
  ];
}

const ofTenants = (tenants: string[]) =>
  Prisma.sql`(tenant = ANY(${tenants}::text[]) OR resource_tenant = ANY(${tenants}::text[]))`;
