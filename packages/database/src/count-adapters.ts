import { queryOrUnavailable } from './unavailable.js';
import type { Database } from './connect.js';

export interface AdapterCount {
  /** That of the status, or `Deleting`. */
  phase: string;
  adapters: number;
  /** Those of them of which a change has not been acted on yet. */
  lagging: number;
}

/** How many adapters there are in each phase. @throws GatewayError UNAVAILABLE while the database is away. */
export const countAdapters = (database: Database): Promise<AdapterCount[]> =>
  queryOrUnavailable(
    () => database.$queryRaw<AdapterCount[]>`
      SELECT CASE WHEN deleted_at IS NULL THEN phase ELSE 'Deleting' END AS phase,
             count(*)::int AS adapters,
             (count(*) FILTER (WHERE observed_generation < generation OR deleted_at IS NOT NULL))::int AS lagging
      FROM adapters GROUP BY 1`,
  );
