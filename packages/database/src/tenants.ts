import { DEFAULT_TENANT, Quota, TenantBody } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import { Prisma } from './generated/client.js';
import { isInUse, tenantUse, type TenantUse } from './resources/all-kinds.js';
import type { Page } from './resources/list.js';
import { queryOrUnavailable } from './unavailable.js';

export interface TenantRow {
  id: string;
  spec: TenantBody;
  quota: Quota;
  createdAt: Date;
  updatedAt: Date;
}

type CheckTenant = (current: TenantRow) => void;

/** The tenants in the database. Every method throws GatewayError UNAVAILABLE while the database is unavailable. */
export interface TenantRows {
  /** Null when the id is taken. */
  create(spec: TenantBody): Promise<TenantRow | null>;
  /** The default tenant is found without a row, too. */
  find(id: string): Promise<TenantRow | null>;
  /** Ordered by the bytes of the id. @param ids only these */
  list(page: Page, ids?: readonly string[]): Promise<TenantRow[]>;
  /**
   * Null when there is no such tenant. The default tenant gets its row here.
   * @param check of the row that would change; when it throws, nothing changes
   */
  update(id: string, change: { spec?: TenantBody; quota?: Quota }, check?: CheckTenant): Promise<TenantRow | null>;
  /** `used`: resources belong to it. */
  remove(id: string, check?: CheckTenant): Promise<'removed' | 'used' | 'missing'>;
  all(): Promise<TenantRow[]>;
  /** What a tenant has, of all kinds, as the specs say; nothing that is being deleted. */
  useOf(id: string): Promise<TenantUse>;
}

type Stored = Omit<TenantRow, 'spec' | 'quota'> & Record<'spec' | 'quota', unknown>;

const COLUMNS = Prisma.sql`id, spec, quota, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Leaves out fields that it does not know, so that two versions of the gateway run side by side during an upgrade. */
const parse = ({ spec, quota, ...stored }: Stored): TenantRow => ({
  ...stored,
  spec: TenantBody.strip().parse(spec),
  quota: Quota.strip().parse(quota),
});

const EPOCH = new Date(0);
const defaultTenant = (): TenantRow => ({
  id: DEFAULT_TENANT,
  spec: TenantBody.parse({ id: DEFAULT_TENANT }),
  quota: Quota.parse({}),
  createdAt: EPOCH,
  updatedAt: EPOCH,
});

export function tenantRows(database: Database, now: () => Date = () => new Date()): TenantRows {
  const query = (sql: Prisma.Sql) =>
    queryOrUnavailable(() => database.$queryRaw<Stored[]>(sql)).then((rows) => rows.map(parse));

  const all = () => query(Prisma.sql`SELECT ${COLUMNS} FROM tenants ORDER BY id`);
  const insert = (spec: TenantBody, quota: Quota) => {
    const at = now();
    return query(Prisma.sql`
      INSERT INTO tenants (id, spec, quota, created_at, updated_at)
      VALUES (${spec.id}, ${JSON.stringify(spec)}::jsonb, ${JSON.stringify(quota)}::jsonb, ${at}, ${at})
      ON CONFLICT (id) DO NOTHING RETURNING ${COLUMNS}`);
  };
  return {
    all,
    async create(spec) {
      const [row] = await insert(spec, Quota.parse({}));
      return row ?? null;
    },
    async find(id) {
      const [row] = await query(Prisma.sql`SELECT ${COLUMNS} FROM tenants WHERE id = ${id}`);
      return row ?? (id === DEFAULT_TENANT ? defaultTenant() : null);
    },
    list: (page, ids) => listTenants(query, page, ids),
    async update(id, { spec, quota }, check) {
      const base = defaultTenant();
      if (id === DEFAULT_TENANT) await insert(base.spec, base.quota);
      const set = [
        ...(spec ? [Prisma.sql`spec = ${JSON.stringify(spec)}::jsonb`] : []),
        ...(quota ? [Prisma.sql`quota = ${JSON.stringify(quota)}::jsonb`] : []),
      ];
      const written = await withTenant(database, id, check, (transaction) =>
        transaction.$queryRaw<Stored[]>(Prisma.sql`
          UPDATE tenants SET ${Prisma.join([...set, Prisma.sql`updated_at = ${now()}`])}
          WHERE id = ${id} RETURNING ${COLUMNS}`),
      );
      return written?.map(parse)[0] ?? null;
    },
    async remove(id, check) {
      const removed = await withTenant(
        database,
        id,
        check,
        (transaction) => transaction.$executeRaw`
          DELETE FROM tenants WHERE id = ${id} AND NOT ${isInUse(id)}`,
      );
      if (removed === undefined) return 'missing';
      return removed === 1 ? 'removed' : 'used';
    },
    async useOf(id) {
      const [use] = await queryOrUnavailable(() => database.$queryRaw<TenantUse[]>(tenantUse(id)));
      return use ?? { resources: 0, replicas: 0, toolsets: 0 };
    },
  };
}

/** The default tenant is among them although it may have no row. */
async function listTenants(
  query: (sql: Prisma.Sql) => Promise<TenantRow[]>,
  { limit, after = '' }: Page,
  ids: readonly string[] | undefined,
): Promise<TenantRow[]> {
  const mine = ids ? Prisma.sql`AND id = ANY(${[...ids]}::text[])` : Prisma.empty;
  const rows = await query(Prisma.sql`
        SELECT ${COLUMNS} FROM tenants WHERE id > ${after} ${mine} ORDER BY id LIMIT ${limit}`);
  const lacksDefault = after < DEFAULT_TENANT && (ids?.includes(DEFAULT_TENANT) ?? true);
  if (!lacksDefault || rows.some(({ id }) => id === DEFAULT_TENANT)) return rows;
  const [stored] = await query(Prisma.sql`SELECT ${COLUMNS} FROM tenants WHERE id = ${DEFAULT_TENANT}`);
  if (stored) return rows; // on a later page
  return [...rows, defaultTenant()].toSorted((one, other) => (one.id < other.id ? -1 : 1)).slice(0, limit);
}

/** Runs `use` while no one else changes the tenant; undefined when there is none. */
const withTenant = <T>(
  database: Database,
  id: string,
  check: CheckTenant | undefined,
  use: (transaction: Prisma.TransactionClient) => Promise<T>,
): Promise<T | undefined> =>
  queryOrUnavailable(() =>
    database.$transaction(async (transaction) => {
      const [current] = await transaction.$queryRaw<Stored[]>`
        SELECT ${COLUMNS} FROM tenants WHERE id = ${id} FOR UPDATE`;
      if (!current) return undefined;
      check?.(parse(current));
      return use(transaction);
    }),
  );
