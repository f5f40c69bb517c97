import { ResourceKind, ResourceName, type ResourceRef } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import type { Database } from './connect.js';
import { type ApiKey as StoredKey, Prisma } from './generated/client.js';
import type { Page } from './resources/list.js';
import { queryOrUnavailable } from './unavailable.js';

/** How many keys one caller may have. */
export const API_KEYS_PER_CALLER = 100;

export interface ApiKeyRow {
  id: string;
  /** SHA-256 of the whole key, in base64. */
  hash: string;
  name: string;
  createdBy: string;
  creatorName: string;
  tenant: string;
  roles: string[];
  /** Null: all of them. */
  resources: ResourceRef[] | null;
  createdAt: Date;
  expiresAt: Date;
}

/** API keys in the database. Every method throws GatewayError UNAVAILABLE while the database is unavailable. */
export interface ApiKeyRows {
  /** False when the caller has as many keys as it may have; two requests at once may pass both. */
  create(row: ApiKeyRow): Promise<boolean>;
  find(id: string): Promise<ApiKeyRow | null>;
  /** The keys of one caller, or of all, by id. */
  list(of: { createdBy?: string | undefined }, page: Page): Promise<ApiKeyRow[]>;
  /** False when it is gone. */
  remove(id: string): Promise<boolean>;
  /** Every key that has not expired. */
  current(now: Date): Promise<ApiKeyRow[]>;
  /** Those of the ids that belong to such a key. */
  existing(ids: readonly string[], now: Date): Promise<Set<string>>;
}

export function apiKeyRows({ apiKey }: Database): ApiKeyRows {
  return {
    create: (row) =>
      queryOrUnavailable(async () => {
        if ((await apiKey.count({ where: { createdBy: row.createdBy } })) >= API_KEYS_PER_CALLER) return false;
        const resources = row.resources ? row.resources.map(({ kind, name }) => ({ kind, name })) : Prisma.DbNull;
        await apiKey.create({ data: { ...row, resources } });
        return true;
      }),
    async find(id) {
      const row = await queryOrUnavailable(() => apiKey.findUnique({ where: { id } }));
      return row && rowOf(row);
    },
    async list({ createdBy }, { limit, after }) {
      const where = {
        ...(createdBy !== undefined && { createdBy }),
        ...(after !== undefined && { id: { gt: after } }),
      };
      const rows = await queryOrUnavailable(() => apiKey.findMany({ where, orderBy: { id: 'asc' }, take: limit }));
      return rows.map(rowOf);
    },
    async remove(id) {
      const { count } = await queryOrUnavailable(() => apiKey.deleteMany({ where: { id } }));
      return count === 1;
    },
    async current(now) {
      const rows = await queryOrUnavailable(() => apiKey.findMany({ where: { expiresAt: { gt: now } } }));
      return rows.map(rowOf);
    },
    async existing(ids, now) {
      const where = { id: { in: [...ids] }, expiresAt: { gt: now } };
      const rows = await queryOrUnavailable(() => apiKey.findMany({ where, select: { id: true } }));
      return new Set(rows.map(({ id }) => id));
    },
  };
}

/** A scope that cannot be read allows nothing. */
const StoredResources = z
  .array(z.object({ kind: ResourceKind, name: ResourceName }))
  .nullable()
  .catch([]);

const rowOf = (row: StoredKey): ApiKeyRow => ({ ...row, resources: StoredResources.parse(row.resources) });
