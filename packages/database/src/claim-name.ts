import type { AdapterSpec, Phase } from '@mcp-gateway/common/contracts';
import { normalizeRole } from '@mcp-gateway/common/principal';
import type { Database } from './connect.js';
import type { Adapter } from './generated/client.js';

export interface Claim {
  id: string;
  spec: AdapterSpec;
  createdBy: string;
  at: Date;
}

/**
 * Inserts the row, or takes over one that is marked deleted, in one statement: of any number of callers one gets the
 * name, and a purge at the same moment takes either the old row or nothing.
 * @returns undefined when a live row has the name
 */
export async function claimName(database: Database, { id, spec, createdBy, at }: Claim): Promise<Adapter | undefined> {
  const phase: Phase = 'Pending';
  // A taken-over row counts its generations on, so that the worker, which may still hold the deleted one, cannot save
  // a status on the new one.
  const rows = await database.$queryRaw<Adapter[]>`
    INSERT INTO adapters (name, id, spec, created_by, reader_roles, generation, phase, conditions, replicas, created_at, updated_at)
    VALUES (${spec.name}, ${id}::uuid, ${JSON.stringify(spec)}::jsonb, ${createdBy},
            ${spec.requiredRoles.map(normalizeRole)}::text[], 1, ${phase}, '[]', '[]', ${at}, ${at})
    ON CONFLICT (name) DO UPDATE SET
      id = EXCLUDED.id,
      spec = EXCLUDED.spec,
      created_by = EXCLUDED.created_by,
      reader_roles = EXCLUDED.reader_roles,
      generation = adapters.generation + 1,
      phase = EXCLUDED.phase,
      conditions = EXCLUDED.conditions,
      replicas = EXCLUDED.replicas,
      created_at = EXCLUDED.created_at,
      updated_at = EXCLUDED.updated_at,
      deleted_at = NULL
      WHERE adapters.deleted_at IS NOT NULL
    RETURNING name, id, spec, created_by AS "createdBy", reader_roles AS "readerRoles", generation,
              observed_generation AS "observedGeneration", phase, conditions, replicas,
              created_at AS "createdAt", updated_at AS "updatedAt", deleted_at AS "deletedAt"`;
  return rows[0];
}
