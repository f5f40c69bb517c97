import { AdapterSpec } from '@mcp-gateway/common/contracts';
import { createLogger } from '@mcp-gateway/platform/logging';
import type { AdapterRow } from '@mcp-gateway/database';
import { ABSENT, type Observation, type ObservedReplica } from '@mcp-gateway/runtime';
import { desiredAdapter } from '../src/kinds.js';

export const silent = createLogger('test', 'silent');
export const ID = '6a1c7f0e-7a55-4bd5-9f2b-9b1a4a1f4a11';
export const OTHER_ID = 'b8f3c1de-2d5e-4b7a-8a63-0f6f5f1f9c22';
export const T0 = new Date('2026-11-20T08:00:00.000Z');
export const T1 = new Date('2026-11-20T09:00:00.000Z');

export function rowOf(spec: Partial<AdapterSpec> = {}, more: Partial<AdapterRow> = {}): AdapterRow {
  const whole = AdapterSpec.parse({ name: 'echo', imageName: 'mcp-example', imageVersion: '1.0.0', ...spec });
  return {
    kind: 'adapter',
    id: ID,
    name: whole.name,
    spec: whole,
    createdBy: 'alice',
    tenant: 'default',
    generation: 1,
    observedGeneration: 0,
    phase: 'Pending',
    conditions: [],
    replicas: [],
    createdAt: T0,
    updatedAt: T0,
    deletedAt: null,
    ...more,
  };
}

export const deleted = (row: AdapterRow): AdapterRow => ({ ...row, generation: row.generation + 1, deletedAt: T1 });

/** A replica of the row's current spec, ready by default. */
export function replicaOf(row: AdapterRow, instance = 0, more: Partial<ObservedReplica> = {}): ObservedReplica {
  const state = more.state ?? 'Ready';
  return {
    name: `${row.name}-${instance}`,
    instance,
    revision: desiredAdapter(row).revision,
    state,
    endpoint: {
      id: `${row.name}-${instance}.a`,
      url: `http://127.0.0.1:900${instance}`,
      path: row.spec.path,
      ready: state === 'Ready',
    },
    restartCount: 0,
    lastExitCode: null,
    startedAt: T0.toISOString(),
    message: null,
    ...more,
  };
}

/** The observation after the row has been applied, with nothing wrong. */
export function seenOf(row: AdapterRow, more: Partial<Observation> = {}): Observation {
  const { replicaCount } = row.spec;
  return {
    ...ABSENT,
    exists: true,
    inSync: true,
    resourceId: row.id,
    revision: desiredAdapter(row).revision,
    desiredReplicas: replicaCount,
    replicas: Array.from({ length: replicaCount }, (_, instance) => replicaOf(row, instance)),
    ...more,
  };
}
