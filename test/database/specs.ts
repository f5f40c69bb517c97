import { AdapterSpec, type Condition, type ReplicaStatus } from '@mcp-gateway/common/contracts';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';

export const spec = (name: string, changes: Partial<AdapterSpec> = {}): AdapterSpec =>
  AdapterSpec.parse({ name, imageName: 'mcp-example', imageVersion: '1.0.0', ...changes });

/** @throws Error when the name is taken */
export async function create(rows: AdapterRows, wanted: AdapterSpec, createdBy: string): Promise<AdapterRow> {
  const row = await rows.create(wanted, createdBy);
  if (!row) throw new Error(`the name ${wanted.name} is taken`);
  return row;
}

export const ready: Condition = {
  type: 'Ready',
  status: 'True',
  reason: 'AllReady',
  message: 'All replicas answer.',
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
};

export const replica: ReplicaStatus = {
  name: 'echo-0',
  instance: 0,
  state: 'Ready',
  ready: true,
  updated: true,
  restartCount: 0,
  lastExitCode: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  message: null,
};
