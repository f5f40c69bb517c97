import type { Condition } from '@mcp-gateway/common/contracts';

/** The conditions of an adapter while the runtime cannot be asked: that it was ready is an old story. */
export function unavailable(before: readonly Condition[], detail: string, now: Date): Condition[] {
  const type = 'Ready';
  const known = before.find((condition) => condition.type === type);
  const message = `Where replicas run, nobody answers: ${detail}. It is tried again; replicas that run go on.`;
  const since = known?.status === 'Unknown' ? known.lastTransitionTime : now.toISOString();
  return [
    { type, status: 'Unknown', reason: 'RuntimeUnavailable', message, lastTransitionTime: since },
    ...before.filter((condition) => condition.type !== type),
  ];
}
