import type { Pod } from '../api/objects.js';
import { REVISION, TCP_CHECK } from '../labels.js';
import { CONTAINER } from '../objects/container.js';
import type { HealthCheck } from '../objects/probes.js';
import type { AdapterObjects } from '../store/cluster-state.js';
import { hasServed } from './has-served.js';
import { answersNotFound } from './probe-failure.js';

/**
 * How replicas of a revision are to be checked: by TCP when one of them answers 404 and none has ever passed the check. Where
 * one has, there is a health endpoint, and a 404 is a failure like any other. A new revision may have one, so it is asked again.
 */
export function healthCheckOf({ statefulSet, pods, warnings }: AdapterObjects, revision: string | null): HealthCheck {
  if (revision === null) return 'http';
  if (statefulSet?.metadata.annotations?.[TCP_CHECK] === revision) return 'tcp';
  const asked = pods.filter((pod) => pod.metadata.annotations?.[REVISION] === revision && isAsked(pod));
  const answers404 = asked.some((pod) => answersNotFound(pod, warnings));
  return answers404 && !asked.some(hasServed) ? 'tcp' : 'http';
}

const isAsked = ({ spec }: Pod): boolean =>
  spec.containers.some(({ name, readinessProbe }) => name === CONTAINER && readinessProbe?.httpGet !== undefined);
