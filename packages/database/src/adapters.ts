import { randomUUID } from 'node:crypto';
import type { AdapterSpec, Condition, Phase, ReplicaStatus } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { normalizeRole } from '@mcp-gateway/common/principal';
import { adapterRow, json, type AdapterRow } from './adapter-row.js';
import { queryOrUnavailable } from './unavailable.js';
import { claimName } from './claim-name.js';
import type { Database } from './connect.js';

export interface Reader {
  subject: string;
  roles: readonly string[];
  /** Reads everything. */
  isAdmin: boolean;
}

export interface Page {
  limit: number;
  /** The last name of the page before. */
  after?: string;
}

export interface AdapterStatusUpdate {
  phase: Phase;
  conditions: Condition[];
  replicas: ReplicaStatus[];
}

type Identified = Pick<AdapterRow, 'name' | 'id'>;
type Read = Pick<AdapterRow, 'name' | 'id' | 'generation'>;

/**
 * The adapters in the database. Everything here throws GatewayError UNAVAILABLE while the database is away.
 * What changes a row names the id and mostly the generation that was read, and does nothing to a row that moved on.
 */
export interface AdapterRows {
  /** @throws GatewayError ADAPTER_EXISTS when a live adapter has the name. One that is being deleted is taken over. */
  create(spec: AdapterSpec, createdBy: string): Promise<AdapterRow>;
  /** One that is being deleted is found, too. */
  find(name: string): Promise<AdapterRow | null>;
  /** What the reader may read, ordered by the bytes of the name; none that is being deleted. */
  list(reader: Reader, page: Page): Promise<AdapterRow[]>;
  /** Null when the row has changed since it was read. */
  update(row: Read, spec: AdapterSpec): Promise<AdapterRow | null>;
  /** False when it is gone or marked already. */
  markDeleted(row: Identified): Promise<boolean>;
  /** False when the row has changed since it was read. Writes nothing when nothing changed. */
  saveStatus(row: Read, status: AdapterStatusUpdate): Promise<boolean>;
  /** The conditions alone: the generation still waits to be acted on. False when the row has changed since it was read. */
  saveConditions(row: Read, conditions: Condition[]): Promise<boolean>;
  /** Removes the row for good. False when it is gone, or was taken over by a new adapter. */
  purge(row: Identified): Promise<boolean>;
  /** Names that wait for a reconcile, at most `limit`, in random order: one that cannot succeed must not hide others. */
  lagging(limit: number): Promise<string[]>;
  /** Every name, those that are being deleted too. */
  names(): Promise<string[]>;
}

export function adapterRows(database: Database, now: () => Date = () => new Date()): AdapterRows {
  const { adapter } = database;
  return {
    async create(spec, createdBy) {
      const row = await queryOrUnavailable(() => claimName(database, { id: randomUUID(), spec, createdBy, at: now() }));
      if (!row) throw new GatewayError('ADAPTER_EXISTS', { detail: `${spec.name} exists already` });
      return adapterRow(row);
    },

    async find(name) {
      const row = await queryOrUnavailable(() => adapter.findUnique({ where: { name } }));
      return row && adapterRow(row);
    },

    async list({ subject, roles, isAdmin }, { limit, after }) {
      const readable = { OR: [{ createdBy: subject }, { readerRoles: { hasSome: roles.map(normalizeRole) } }] };
      const rows = await queryOrUnavailable(() =>
        adapter.findMany({
          where: { deletedAt: null, ...(after !== undefined && { name: { gt: after } }), ...(!isAdmin && readable) },
          orderBy: { name: 'asc' },
          take: limit,
        }),
      );
      return rows.map(adapterRow);
    },

    async update({ name, id, generation }, spec) {
      const [row] = await queryOrUnavailable(() =>
        adapter.updateManyAndReturn({
          where: { name, id, generation, deletedAt: null },
          data: {
            spec: json(spec),
            readerRoles: spec.requiredRoles.map(normalizeRole),
            generation: { increment: 1 },
            updatedAt: now(),
          },
        }),
      );
      return row ? adapterRow(row) : null;
    },

    async markDeleted({ name, id }) {
      const { count } = await queryOrUnavailable(() =>
        adapter.updateMany({
          where: { name, id, deletedAt: null },
          data: { generation: { increment: 1 }, deletedAt: now() },
        }),
      );
      return count === 1;
    },

    async saveStatus({ name, id, generation }, { phase, conditions, replicas }) {
      const read = { name, id, generation };
      const same = {
        phase,
        observedGeneration: generation,
        conditions: { equals: json(conditions) },
        replicas: { equals: json(replicas) },
      };
      const { count } = await queryOrUnavailable(() =>
        adapter.updateMany({
          where: { ...read, NOT: same },
          data: { phase, observedGeneration: generation, conditions: json(conditions), replicas: json(replicas) },
        }),
      );
      if (count === 1) return true;
      return (await queryOrUnavailable(() => adapter.count({ where: read }))) === 1;
    },

    async saveConditions({ name, id, generation }, conditions) {
      const { count } = await queryOrUnavailable(() =>
        adapter.updateMany({ where: { name, id, generation }, data: { conditions: json(conditions) } }),
      );
      return count === 1;
    },

    async purge({ name, id }) {
      const { count } = await queryOrUnavailable(() =>
        adapter.deleteMany({ where: { name, id, deletedAt: { not: null } } }),
      );
      return count === 1;
    },

    async lagging(limit) {
      const rows = await queryOrUnavailable(
        () => database.$queryRaw<{ name: string }[]>`
          SELECT name FROM adapters
          WHERE observed_generation < generation OR deleted_at IS NOT NULL
          ORDER BY random() LIMIT ${limit}`,
      );
      return rows.map(({ name }) => name);
    },

    async names() {
      const rows = await queryOrUnavailable(() =>
        adapter.findMany({ select: { name: true }, orderBy: { name: 'asc' } }),
      );
      return rows.map(({ name }) => name);
    },
  };
}
