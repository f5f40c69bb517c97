import type { Observation } from './runtime.js';

/** How many replicas are wanted: an autoscaler changes their number, but neither stops an adapter nor starts one. */
export function desiredReplicas(
  asked: number,
  { autoscaled, desiredReplicas: there }: Pick<Observation, 'autoscaled' | 'desiredReplicas'>,
): number {
  return autoscaled && asked > 0 && there > 0 ? there : asked;
}
