import { AdapterSpec, Condition, Phase, ReplicaStatus } from '@mcp-gateway/common/contracts';
import { z } from 'zod';
import type { Adapter, Prisma } from './generated/client.js';

export interface AdapterRow {
  id: string;
  name: string;
  spec: AdapterSpec;
  createdBy: string;
  generation: number;
  observedGeneration: number;
  phase: Phase;
  conditions: Condition[];
  replicas: ReplicaStatus[];
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
}

/** Fields that a newer version added are left out, so that two versions can run side by side during an upgrade. */
const StoredSpec = AdapterSpec.strip();

/** A status that this version cannot read is as good as none: the next reconcile writes it anew. */
const StoredStatus = z.object({
  phase: Phase.catch('Pending'),
  conditions: z.array(Condition).catch([]),
  replicas: z.array(ReplicaStatus).catch([]),
});

/** @throws Error when this version cannot use the stored spec at all; the row then needs a migration. */
export function adapterRow({ readerRoles: _, ...stored }: Adapter): AdapterRow {
  const spec = StoredSpec.safeParse(stored.spec);
  if (!spec.success) {
    // The issues, not the values: those hold environment variables.
    throw new Error(
      `the stored spec of adapter ${stored.name} does not fit the contract: ${z.prettifyError(spec.error)}`,
    );
  }
  return { ...stored, ...StoredStatus.parse(stored), spec: spec.data };
}

/** A contract type is JSON, but TypeScript cannot see that in a type with optional fields. */
export const json = (value: object): Prisma.InputJsonObject => value;
