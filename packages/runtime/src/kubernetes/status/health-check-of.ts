import { REVISION, TCP_CHECK } from '../labels.js';
import type { HealthCheck } from '../objects/probes.js';
import type { AdapterObjects } from '../store/cluster-state.js';
import { probeFailure } from './probe-failure.js';

/**
 * How replicas of a revision are to be checked: by TCP from the first time on that one of them answers 404. A new revision
 * may have a health endpoint, so it is asked again.
 */
export function healthCheckOf({ statefulSet, pods, warnings }: AdapterObjects, revision: string | null): HealthCheck {
  if (revision === null) return 'http';
  if (statefulSet?.metadata.annotations?.[TCP_CHECK] === revision) return 'tcp';
  const answers404 = pods.some(
    (pod) => pod.metadata.annotations?.[REVISION] === revision && probeFailure(pod, warnings)?.notFound,
  );
  return answers404 ? 'tcp' : 'http';
}
