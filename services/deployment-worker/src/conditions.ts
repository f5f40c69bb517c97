import type { Condition } from '@mcp-gateway/common/contracts';
import type { Observation } from '@mcp-gateway/runtime';

const type = 'Ready';

/** The conditions of an adapter that cannot start yet, because replicas of an earlier adapter of its name are still there. */
export function nameInUse(before: readonly Condition[], seen: Observation, now: Date): Condition[] {
  const status = 'False';
  const known = before.find((condition) => condition.type === type && condition.status === status);
  const message = `The workload of an earlier adapter of this name is still being removed.${obstacleIn(seen)}`;
  const lastTransitionTime = known?.lastTransitionTime ?? now.toISOString();
  return [{ type, status, reason: 'NameInUse', message, lastTransitionTime }];
}

function obstacleIn({ failure, replicas }: Observation): string {
  if (failure) return ` ${failure.message}`;
  const left = replicas.find(({ message }) => message !== null) ?? replicas[0];
  return left ? ` ${left.name}: ${left.message ?? 'it is stopping.'}` : '';
}

/** The conditions of an adapter while the runtime does not answer. An earlier Ready says nothing about the present. */
export function runtimeUnavailable(before: readonly Condition[], detail: string, now: Date): Condition[] {
  const known = before.find((condition) => condition.type === type);
  const message = `The runtime does not answer: ${detail}. The worker tries again; replicas that run keep running.`;
  const since = known?.status === 'Unknown' ? known.lastTransitionTime : now.toISOString();
  return [
    { type, status: 'Unknown', reason: 'RuntimeUnavailable', message, lastTransitionTime: since },
    ...before.filter((condition) => condition.type !== type),
  ];
}
