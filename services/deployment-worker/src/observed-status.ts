import type { Condition, Phase, ReplicaStatus } from '@mcp-gateway/common/contracts';
import { desiredReplicas, type Observation } from '@mcp-gateway/runtime';
import { healthCheckCondition, progressingCondition, readyCondition } from './conditions.js';
import { deadlineExceeded } from './progress-deadline.js';
import type { ResourceRow, ResourceSpec } from '@mcp-gateway/database';
import type { DesiredState, Documented, ReplicatedState, UnreplicatedState, UntimedCondition } from './plan.js';
import { uncheckedArguments } from './unchecked-arguments.js';

export interface SavedStatus {
  phase: Phase;
  conditions: Condition[];
  replicas: ReplicaStatus[];
}

/** The status of a resource with replicas, from the desired and the observed state. */
export function observedStatus(
  { row, workload, revision, approval }: ReplicatedState,
  seen: Observation,
  now: Date,
): SavedStatus {
  // No fields beside those of the contract: a status with more is read as none.
  const replicas = seen.replicas.map(
    ({ endpoint: _, addresses: __, nodeLost: ___, revision: theirs, ...replica }): ReplicaStatus => ({
      ...replica,
      ready: replica.state === 'Ready',
      updated: theirs === revision,
    }),
  );
  const wanted = desiredReplicas(row.spec.replicaCount, seen);
  const readiness = readyCondition(row, wanted, seen, replicas);
  const lost = seen.replicas.find((replica) => replica.nodeLost && replica.revision === revision);
  const rolling = progressingCondition(wanted, seen, replicas, readiness);
  const rollout = deadlineExceeded({ row, wanted, replicas, rollout: rolling, now }) ?? rolling;
  const passed = row.conditions.find(({ type, status }) => type === 'HealthCheck' && status === 'True');
  // A node that is gone says nothing about what it answered before.
  const health = (lost && passed) ?? healthCheckCondition({ ...row.spec, path: workload.path }, seen, replicas);
  return {
    phase: phaseOf(wanted, replicas, readiness, rollout),
    conditions: [readiness, rollout, health, ...(approval ? [approval] : [])].map((condition) =>
      sinceWhen(condition, row.conditions, now),
    ),
    replicas,
  };
}

/** The status of a resource that runs nothing. */
export function standingStatus({ row, standing, approval }: UnreplicatedState, now: Date): SavedStatus {
  const { phase, conditions } = standing();
  return {
    phase,
    conditions: [...conditions, ...(approval ? [approval] : [])].map((condition) =>
      sinceWhen(condition, row.conditions, now),
    ),
    replicas: [],
  };
}

/**
 * The status with what tool routers do not check, and with what the document at the server says: without one that can be used, a
 * server serves no tools.
 */
export function withDefinition(
  status: SavedStatus,
  { row, definition }: Pick<DesiredState, 'definition'> & { row: Pick<ResourceRow<ResourceSpec>, 'conditions'> },
  documented: Documented | undefined,
  now: Date,
): SavedStatus {
  const { phase, replicas } = status;
  const unchecked = uncheckedArguments(documented?.definition ?? definition);
  const conditions = [...status.conditions, ...(unchecked ? [sinceWhen(unchecked, row.conditions, now)] : [])];
  if (!documented) return { phase, conditions, replicas };
  const { condition, hasTools } = documented;
  const serves = phase === 'Ready' || phase === 'Degraded';
  const without = hasTools ? 'Degraded' : condition.status === 'False' ? 'Failed' : 'Progressing';
  return {
    phase: serves && condition.status !== 'True' ? without : phase,
    conditions: [...conditions, sinceWhen(condition, row.conditions, now)],
    replicas,
  };
}

function phaseOf(
  replicaCount: number,
  replicas: ReplicaStatus[],
  readiness: UntimedCondition,
  rollout: UntimedCondition,
): Phase {
  if (replicaCount === 0) return replicas.length === 0 ? 'Stopped' : 'Progressing';
  if (readiness.status === 'True' && rollout.reason === 'Complete') return 'Ready';
  if (readiness.status === 'True') return rollout.status === 'True' ? 'Progressing' : 'Degraded';
  const ready = replicas.some((replica) => replica.ready);
  if (rollout.status === 'False') return ready ? 'Degraded' : 'Failed';
  return ready && replicas.some(({ restartCount }) => restartCount > 0) ? 'Degraded' : 'Progressing';
}

function sinceWhen(condition: UntimedCondition, before: readonly Condition[], now: Date): Condition {
  const same = before.find(({ type, status }) => type === condition.type && status === condition.status);
  return { ...condition, lastTransitionTime: same?.lastTransitionTime ?? now.toISOString() };
}
