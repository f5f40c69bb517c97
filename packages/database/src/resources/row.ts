import { Condition, Phase, ReplicaStatus, type ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import { Prisma } from '../generated/client.js';

/** The fields that the specs of all kinds have. The spec of a kind adds its own. */
export interface ResourceSpec {
  name: string;
  requiredRoles: string[];
}

/** Where the resources of one kind are stored. Every kind's table has the columns of `adapters` (schema.prisma). */
export interface ResourceTable<Spec extends ResourceSpec> {
  kind: ResourceKind;
  /** Name of the table in PostgreSQL. */
  name: string;
  /**
   * Reads a stored spec. It leaves out fields that it does not know and gives missing fields their defaults, so that two versions
   * of the gateway run side by side during an upgrade.
   */
  storedSpec: z.ZodType<Spec>;
}

export interface ResourceRow<Spec extends ResourceSpec> extends ResourceRef {
  id: string;
  spec: Spec;
  createdBy: string;
  tenant: string;
  generation: number;
  observedGeneration: number;
  phase: Phase;
  conditions: Condition[];
  replicas: ReplicaStatus[];
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

/** The row of one resource, as distinct from an earlier resource of the name. */
export type RowIdentity = Pick<ResourceRow<ResourceSpec>, 'name' | 'id'>;
/** The state of a row that the caller has read. */
export type RowVersion = Pick<ResourceRow<ResourceSpec>, 'name' | 'id' | 'generation'>;

export type StoredRow = Omit<ResourceRow<ResourceSpec>, 'kind' | 'spec' | 'phase' | 'conditions' | 'replicas'> &
  Record<'spec' | 'phase' | 'conditions' | 'replicas', unknown>;

/** A table's name cannot be a parameter of a statement. */
export const identifier = (table: string): Prisma.Sql => Prisma.raw(`"${table.replaceAll('"', '""')}"`);

export const COLUMNS = Prisma.sql`
  name, id, spec, created_by AS "createdBy", tenant, generation, observed_generation AS "observedGeneration", phase,
  conditions, replicas, created_at AS "createdAt", updated_at AS "updatedAt", deleted_at AS "deletedAt"`;

/** A status that this version cannot read is as good as none: the next reconcile writes it again. */
const StoredStatus = z.object({
  phase: Phase.catch('Pending'),
  conditions: z.array(Condition).catch([]),
  replicas: z.array(ReplicaStatus).catch([]),
});

/** @throws Error when this version cannot use the stored spec at all; the row then needs a migration. */
export function parseRow<Spec extends ResourceSpec>(
  { kind, storedSpec }: ResourceTable<Spec>,
  stored: StoredRow,
): ResourceRow<Spec> {
  const spec = storedSpec.safeParse(stored.spec);
  if (!spec.success) {
    // The issues, not the values: those hold environment variables.
    throw new Error(
      `The stored spec of ${kind} ${stored.name} does not fit the contract: ${z.prettifyError(spec.error)}. ` +
        'Correct it in the database or remove the row.',
    );
  }
  return { ...stored, ...StoredStatus.parse(stored), kind, spec: spec.data };
}
