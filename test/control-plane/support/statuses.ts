import type { Condition, ReplicaStatus } from '@mcp-gateway/common/contracts';

export const condition: Condition = {
  type: 'Ready',
  status: 'False',
  reason: 'ReplicasNotReady',
  message: '1 of 3 replicas is ready.',
  lastTransitionTime: '2026-01-01T00:00:00.000Z',
};
export const replica = (instance: number, changes: Partial<ReplicaStatus> = {}): ReplicaStatus => ({
  name: `echo-${instance}`,
  instance,
  state: 'Ready',
  ready: true,
  updated: true,
  restartCount: 0,
  lastExitCode: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  message: null,
  ...changes,
});
