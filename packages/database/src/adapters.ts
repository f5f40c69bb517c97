import { AdapterSpec } from '@mcp-gateway/common/contracts';
import type { Database } from './connect.js';
import type { ResourceRow, ResourceTable } from './resources/row.js';
import { identifier, resourceRows, type ResourceRows } from './resources/rows.js';
import { queryOrUnavailable } from './unavailable.js';

export type AdapterRow = ResourceRow<AdapterSpec>;
export type AdapterRows = ResourceRows<AdapterSpec>;

const ADAPTERS: ResourceTable<AdapterSpec> = { kind: 'adapter', name: 'adapters', storedSpec: AdapterSpec.strip() };

export const adapterRows = (database: Database, now?: () => Date): AdapterRows => resourceRows(database, ADAPTERS, now);

export interface AdapterCount {
  /** The phase of the status, or `Deleting`. */
  phase: string;
  adapters: number;
  /** Adapters among them with a change that waits for a reconcile. */
  lagging: number;
}

/** How many adapters there are in each phase. @throws GatewayError UNAVAILABLE while the database is unavailable. */
export const countAdapters = (database: Database): Promise<AdapterCount[]> =>
  queryOrUnavailable(
    () => database.$queryRaw<AdapterCount[]>`
      SELECT CASE WHEN deleted_at IS NULL THEN phase ELSE 'Deleting' END AS phase,
             count(*)::int AS adapters,
             (count(*) FILTER (WHERE observed_generation < generation OR deleted_at IS NOT NULL))::int AS lagging
      FROM ${identifier(ADAPTERS.name)} GROUP BY 1`,
  );
