import type { Condition } from '@mcp-gateway/common/contracts';
import type { Observation } from '@mcp-gateway/runtime';

/** The conditions of an adapter that cannot start yet, because what ran for a former one of its name is still there. */
export function nameInUse(before: readonly Condition[], seen: Observation, now: Date): Condition[] {
  const type = 'Ready';
  const status = 'False';
  const known = before.find((condition) => condition.type === type && condition.status === status);
  const message = `What ran for a former adapter of this name is still being removed.${inTheWay(seen)}`;
  return [
    {
      type,
      status,
      reason: 'NameInUse',
      message,
      lastTransitionTime: known?.lastTransitionTime ?? now.toISOString(),
    },
  ];
}

function inTheWay({ failure, replicas }: Observation): string {
  if (failure) return ` ${failure.message}`;
  const left = replicas.find(({ message }) => message !== null) ?? replicas[0];
  return left ? ` ${left.name}: ${left.message ?? 'it ends.'}` : '';
}
