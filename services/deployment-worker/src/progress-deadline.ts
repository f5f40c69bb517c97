import { collectionOf, type ReplicaStatus, type ResourceKind } from '@mcp-gateway/common/contracts';
import type { ReplicatedState, UntimedCondition } from './plan.js';

/** As `progressDeadlineSeconds` of a Deployment. A process that does not get ready is started again within it. */
export const PROGRESS_DEADLINE_MS = 600_000;
const REASON = 'ProgressDeadlineExceeded';

export interface Rollout {
  row: Pick<ReplicatedState['row'], 'kind' | 'name' | 'generation' | 'observedGeneration' | 'updatedAt' | 'conditions'>;
  wanted: number;
  replicas: readonly ReplicaStatus[];
  /** The condition without a deadline. */
  rollout: UntimedCondition;
  now: Date;
}

/**
 * The condition of a rollout that takes too long: no replica of the current spec has become ready for ten minutes. Undefined
 * while there is time. It stays until the rollout ends, or the spec changes.
 */
export function deadlineExceeded({ row, wanted, replicas, rollout, now }: Rollout): UntimedCondition | undefined {
  const serving = replicas.filter(({ ready, updated }) => ready && updated);
  if (rollout.status !== 'True' || serving.length >= wanted || row.observedGeneration !== row.generation)
    return undefined;
  const before = row.conditions.find(({ type }) => type === 'Progressing');
  if (before?.reason !== REASON) {
    const began = before?.status === 'True' ? Date.parse(before.lastTransitionTime) : now.getTime();
    const steps = serving.map(({ startedAt }) => (startedAt === null ? 0 : Date.parse(startedAt)));
    const last = Math.max(row.updatedAt.getTime(), began, ...steps);
    if (now.getTime() - last < PROGRESS_DEADLINE_MS) return undefined;
  }
  const message = `${rollout.message} No replica has become ready for ${PROGRESS_DEADLINE_MS / 60_000} minutes. ${remedy(row, replicas)}`;
  return { type: 'Progressing', status: 'False', reason: REASON, message };
}

function remedy({ kind, name }: { kind: ResourceKind; name: string }, replicas: readonly ReplicaStatus[]): string {
  const unready = replicas.find(({ ready, updated }) => updated && !ready);
  const logs = `GET /${collectionOf(kind)}/${name}/logs?instance=${unready?.instance ?? 0} shows what it wrote.`;
  const why = unready
    ? `${unready.name}: ${unready.message ?? 'it is starting'}${unready.message?.endsWith('.') ? '' : '.'} `
    : '';
  return `${why}${logs} Correct the spec with PUT. Replicas that serve keep serving.`;
}
