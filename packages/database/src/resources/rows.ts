import { randomUUID } from 'node:crypto';
import { DEFAULT_TENANT, type Condition, type Phase, type ReplicaStatus } from '@mcp-gateway/common/contracts';
import { normalizeRole } from '@mcp-gateway/common/permission';
import type { Database } from '../connect.js';
import { Prisma } from '../generated/client.js';
import { queryOrUnavailable } from '../unavailable.js';
import { tenantUse, type TenantUse } from './all-kinds.js';
import { matching, orderOf, readableBy, type ListPage, type Reader } from './list.js';
import {
  COLUMNS,
  identifier,
  parseRow,
  type ResourceRow,
  type ResourceSpec,
  type ResourceTable,
  type RowIdentity,
  type RowVersion,
  type StoredRow,
} from './row.js';

/** Throws when a tenant that has this beside the resource that is written may not have the resource as well. No other transaction writes for the tenant meanwhile. */
export type CheckUse = (others: TenantUse) => void;

interface StatusUpdate {
  phase: Phase;
  conditions: Condition[];
  replicas: ReplicaStatus[];
}

/**
 * The resources of one kind in the database. Every method throws GatewayError UNAVAILABLE while the database is unavailable.
 * A method that changes a row names the id, and mostly the generation, that the caller has read; it does nothing to a row that has
 * changed since.
 */
export interface ResourceRows<Spec extends ResourceSpec> {
  /** It belongs to the tenant, by default to the default tenant. Null when a live resource has the name. A row that is being deleted is taken over. */
  create(spec: Spec, createdBy: string, tenant?: string, check?: CheckUse): Promise<ResourceRow<Spec> | null>;
  /** Also finds a row that is being deleted. */
  find(name: string): Promise<ResourceRow<Spec> | null>;
  /** The rows that the reader may read, names ordered by their bytes; no row that is being deleted. */
  list(reader: Reader, page: ListPage): Promise<ResourceRow<Spec>[]>;
  /** Null when the row has changed since it was read. */
  update(row: RowVersion & { tenant: string }, spec: Spec, check?: CheckUse): Promise<ResourceRow<Spec> | null>;
  /** False when the row is gone or already marked. */
  markDeleted(row: RowIdentity): Promise<boolean>;
  /** False when the row has changed since it was read. Writes nothing when nothing changed. */
  saveStatus(row: RowVersion, status: StatusUpdate): Promise<boolean>;
  /** Saves the conditions alone: the generation still waits for a reconcile. False when the row has changed since it was read. */
  saveConditions(row: RowVersion, conditions: Condition[]): Promise<boolean>;
  /** Removes the row for good. False when it is gone, or when a new resource has taken it over. */
  purge(row: RowIdentity): Promise<boolean>;
  /** Names that wait for a reconcile, at most `limit`, in random order: one that cannot succeed must not hide others. */
  lagging(limit: number): Promise<string[]>;
  /** Every name, also of rows that are being deleted. */
  names(): Promise<string[]>;
}

interface Access<Spec extends ResourceSpec> {
  database: Database;
  /** Quoted, for SQL. */
  table: Prisma.Sql;
  tableName: string;
  parse: (stored: StoredRow) => ResourceRow<Spec>;
  now: () => Date;
}

export function resourceRows<Spec extends ResourceSpec>(
  database: Database,
  table: ResourceTable<Spec>,
  now: () => Date = () => new Date(),
): ResourceRows<Spec> {
  const parse = (stored: StoredRow) => parseRow(table, stored);
  const access = { database, table: identifier(table.name), tableName: table.name, parse, now };
  return { ...reads(access), ...changes(access), ...statusChanges(access) };
}

type Reads<Spec extends ResourceSpec> = Pick<ResourceRows<Spec>, 'find' | 'list' | 'lagging' | 'names'>;

function reads<Spec extends ResourceSpec>({ database, table, parse }: Access<Spec>): Reads<Spec> {
  const namesOf = (rows: { name: string }[]) => rows.map(({ name }) => name);
  return {
    async find(name) {
      const [row] = await queryOrUnavailable(
        () => database.$queryRaw<StoredRow[]>`SELECT ${COLUMNS} FROM ${table} WHERE name = ${name}`,
      );
      return row ? parse(row) : null;
    },

    async list(reader, page) {
      const { after, order } = orderOf(page);
      const conditions = [Prisma.sql`deleted_at IS NULL`, ...after, ...readableBy(reader), ...matching(page)];
      const rows = await queryOrUnavailable(
        () => database.$queryRaw<StoredRow[]>`
          SELECT ${COLUMNS} FROM ${table} WHERE ${Prisma.join(conditions, ' AND ')} ${order} LIMIT ${page.limit}`,
      );
      return rows.map(parse);
    },

    async lagging(limit) {
      const rows = await queryOrUnavailable(
        () => database.$queryRaw<{ name: string }[]>`
          SELECT name FROM ${table}
          WHERE observed_generation < generation OR deleted_at IS NOT NULL
          ORDER BY random() LIMIT ${limit}`,
      );
      return namesOf(rows);
    },

    async names() {
      const rows = await queryOrUnavailable(
        () => database.$queryRaw<{ name: string }[]>`SELECT name FROM ${table} ORDER BY name`,
      );
      return namesOf(rows);
    },
  };
}

type Changes<Spec extends ResourceSpec> = Pick<ResourceRows<Spec>, 'create' | 'update' | 'markDeleted' | 'purge'>;

function changes<Spec extends ResourceSpec>({ database, table, tableName, parse, now }: Access<Spec>): Changes<Spec> {
  const checked = <T>(of: CheckedWrite, write: (on: Queries) => PromiseLike<T>) =>
    queryOrUnavailable(() => (of.check ? withCheck(database, of, write) : write(database)));
  return {
    async create(spec, createdBy, tenant = DEFAULT_TENANT, check) {
      const claim = { id: randomUUID(), spec, createdBy, tenant, at: now() };
      const row = await checked({ table: tableName, tenant, name: spec.name, check }, (on) =>
        claimName(on, table, claim),
      );
      return row ? parse(row) : null;
    },

    async update({ name, id, generation, tenant }, spec, check) {
      const [row] = await checked(
        { table: tableName, tenant, name, check },
        (on) => on.$queryRaw<StoredRow[]>`
          UPDATE ${table} SET spec = ${JSON.stringify(spec)}::jsonb,
            reader_roles = ${spec.requiredRoles.map(normalizeRole)}::text[],
            generation = generation + 1, updated_at = ${now()}
          WHERE name = ${name} AND id = ${id}::uuid AND generation = ${generation} AND deleted_at IS NULL
          RETURNING ${COLUMNS}`,
      );
      return row ? parse(row) : null;
    },

    async markDeleted({ name, id }) {
      const count = await queryOrUnavailable(
        () => database.$executeRaw`
          UPDATE ${table} SET generation = generation + 1, deleted_at = ${now()}
          WHERE name = ${name} AND id = ${id}::uuid AND deleted_at IS NULL`,
      );
      return count === 1;
    },

    async purge({ name, id }) {
      const count = await queryOrUnavailable(
        () => database.$executeRaw`
          DELETE FROM ${table} WHERE name = ${name} AND id = ${id}::uuid AND deleted_at IS NOT NULL`,
      );
      return count === 1;
    },
  };
}

type StatusChanges = Pick<ResourceRows<ResourceSpec>, 'saveStatus' | 'saveConditions'>;

function statusChanges<Spec extends ResourceSpec>({ database, table }: Access<Spec>): StatusChanges {
  const version = ({ name, id, generation }: RowVersion) =>
    Prisma.sql`name = ${name} AND id = ${id}::uuid AND generation = ${generation}`;
  return {
    async saveStatus(row, { phase, conditions, replicas }) {
      const status = Prisma.sql`(${phase}::text, ${row.generation}::int, ${JSON.stringify(conditions)}::jsonb,
        ${JSON.stringify(replicas)}::jsonb)`;
      const columns = Prisma.sql`(phase, observed_generation, conditions, replicas)`;
      const saved = await queryOrUnavailable(
        () => database.$executeRaw`
          UPDATE ${table} SET ${columns} = ${status} WHERE ${version(row)} AND ${columns} IS DISTINCT FROM ${status}`,
      );
      if (saved === 1) return true;
      const current = await queryOrUnavailable(
        () => database.$queryRaw<unknown[]>`SELECT 1 FROM ${table} WHERE ${version(row)}`,
      );
      return current.length === 1;
    },

    async saveConditions(row, conditions) {
      const saved = await queryOrUnavailable(
        () => database.$executeRaw`
          UPDATE ${table} SET conditions = ${JSON.stringify(conditions)}::jsonb WHERE ${version(row)}`,
      );
      return saved === 1;
    },
  };
}

type Queries = Pick<Database, '$queryRaw'>;

interface CheckedWrite {
  table: string;
  tenant: string;
  name: string;
  check: CheckUse | undefined;
}

/** One write for a tenant at a time, so that many at once cannot exceed a limit together. */
function withCheck<T>(
  database: Database,
  { table, tenant, name, check }: CheckedWrite,
  write: (on: Queries) => PromiseLike<T>,
): Promise<T> {
  return database.$transaction(async (on) => {
    await on.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`mcp-gateway tenant ${tenant}`}, 0))`;
    const [others] = await on.$queryRaw<TenantUse[]>(tenantUse(tenant, { table, name }));
    if (others) check?.(others);
    return write(on);
  });
}

interface Claim {
  id: string;
  spec: ResourceSpec;
  createdBy: string;
  tenant: string;
  at: Date;
}

/**
 * Inserts the row, or takes over one that is marked deleted, in one statement: of any number of callers one gets the name, and a
 * purge at the same moment takes either the old row or nothing.
 * @returns undefined when a live row has the name
 */
async function claimName(
  database: Queries,
  table: Prisma.Sql,
  { id, spec, createdBy, tenant, at }: Claim,
): Promise<StoredRow | undefined> {
  const phase: Phase = 'Pending';
  // A row that is taken over counts its generations on. The worker may still hold the deleted one and must not save its status here.
  const rows = await database.$queryRaw<StoredRow[]>`
    INSERT INTO ${table} AS current
      (name, id, spec, created_by, tenant, reader_roles, generation, phase, conditions, replicas, created_at, updated_at)
    VALUES (${spec.name}, ${id}::uuid, ${JSON.stringify(spec)}::jsonb, ${createdBy}, ${tenant},
            ${spec.requiredRoles.map(normalizeRole)}::text[], 1, ${phase}, '[]', '[]', ${at}, ${at})
    ON CONFLICT (name) DO UPDATE SET
      id = EXCLUDED.id,
      spec = EXCLUDED.spec,
      created_by = EXCLUDED.created_by,
      tenant = EXCLUDED.tenant,
      reader_roles = EXCLUDED.reader_roles,
      generation = current.generation + 1,
      phase = EXCLUDED.phase,
      conditions = EXCLUDED.conditions,
      replicas = EXCLUDED.replicas,
      created_at = EXCLUDED.created_at,
      updated_at = EXCLUDED.updated_at,
      deleted_at = NULL
      WHERE current.deleted_at IS NOT NULL
    RETURNING ${COLUMNS}`;
  return rows[0];
}
