import { isMissingHealthPath } from '../../health.js';
import type { Workload } from '../../workload.js';
import type { Pod } from '../api/types.js';
import { HEALTH_ANSWER, REVISION, TCP_CHECK } from '../ownership/labels.js';
import { CONTAINER } from '../objects/container.js';
import type { HealthCheck } from '../objects/probes.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';
import { wasReady } from './rollout.js';
import { lastAnswer } from './probe-failure.js';

const BY_HTTP: HealthCheck = { by: 'http' };

/**
 * How replicas of a revision are to be checked where the spec does not say: by TCP when one of them answers that there is no such
 * path and none has ever passed the check. Where one has, there is a health endpoint, and that answer is a failure like any other.
 * A new revision may have one, so it is asked again.
 */
export function healthCheckOf(
  { statefulSet, pods, warnings }: WorkloadObjects,
  revision: string | null,
  type: Workload['healthType'],
): HealthCheck {
  if (type) return type === 'http' ? BY_HTTP : { by: 'tcp' }; // the kubelet cannot POST
  if (revision === null) return BY_HTTP;
  const annotations = statefulSet?.metadata.annotations ?? {};
  if (annotations[TCP_CHECK] === revision) return { by: 'tcp', answer: annotations[HEALTH_ANSWER] ?? '404' };
  const asked = pods.filter((pod) => pod.metadata.annotations?.[REVISION] === revision && askedPath(pod) !== undefined);
  if (asked.some(wasReady)) return BY_HTTP;
  for (const pod of asked) {
    const answer = lastAnswer(pod, warnings);
    if (answer !== null && isMissingHealthPath(answer, askedPath(pod) ?? ''))
      return { by: 'tcp', answer: String(answer) };
  }
  return BY_HTTP;
}

const askedPath = ({ spec }: Pod): string | undefined => {
  const get = spec.containers.find(({ name }) => name === CONTAINER)?.readinessProbe?.httpGet;
  return get && (get.path ?? '');
};
