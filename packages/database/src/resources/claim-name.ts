import type { Phase } from '@mcp-gateway/common/contracts';
import { normalizeRole } from '@mcp-gateway/common/principal';
import type { Database } from '../connect.js';
import type { Prisma } from '../generated/client.js';
import { COLUMNS, type ResourceSpec, type StoredRow } from './row.js';

export interface Claim {
  id: string;
  spec: ResourceSpec;
  createdBy: string;
  at: Date;
}

/**
 * Inserts the row, or takes over one that is marked deleted, in one statement: of any number of callers one gets the name, and a
 * purge at the same moment takes either the old row or nothing.
 * @returns undefined when a live row has the name
 */
export async function claimName(
  database: Database,
  table: Prisma.Sql,
  { id, spec, createdBy, at }: Claim,
): Promise<StoredRow | undefined> {
  const phase: Phase = 'Pending';
  // A row that is taken over counts its generations on. The worker may still hold the deleted one and must not save its status here.
  const rows = await database.$queryRaw<StoredRow[]>`
    INSERT INTO ${table} AS current
      (name, id, spec, created_by, reader_roles, generation, phase, conditions, replicas, created_at, updated_at)
    VALUES (${spec.name}, ${id}::uuid, ${JSON.stringify(spec)}::jsonb, ${createdBy},
            ${spec.requiredRoles.map(normalizeRole)}::text[], 1, ${phase}, '[]', '[]', ${at}, ${at})
    ON CONFLICT (name) DO UPDATE SET
      id = EXCLUDED.id,
      spec = EXCLUDED.spec,
      created_by = EXCLUDED.created_by,
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
