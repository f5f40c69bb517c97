import { isMissingHealthPath } from '../../health.js';
import type { Workload } from '../../workload.js';
import type { Pod } from '../api/types.js';
import { HEALTH_ANSWER_ANNOTATION, REVISION_ANNOTATION, TCP_CHECK_ANNOTATION } from '../ownership/labels.js';
import { SERVER_CONTAINER } from '../objects/container.js';
import type { HealthCheck } from '../objects/probes.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';
import { wasReady } from './rollout.js';
import { lastProbeStatus } from './probe-failure.js';

const BY_HTTP: HealthCheck = { by: 'http' };

/**
 * The health check of a revision whose spec names no type: TCP when a replica answers that the path does not exist and no replica
 * has ever passed the check. Once a replica has passed it, there is a health endpoint, and such an answer is a failure. Each new
 * revision starts with HTTP again.
 */
export function healthCheckOf(
  { statefulSet, pods, warnings }: WorkloadObjects,
  revision: string | null,
  type: Workload['healthType'],
): HealthCheck {
  if (type) return type === 'http' ? BY_HTTP : { by: 'tcp' }; // the kubelet cannot POST
  if (revision === null) return BY_HTTP;
  const annotations = statefulSet?.metadata.annotations ?? {};
  if (annotations[TCP_CHECK_ANNOTATION] === revision)
    return { by: 'tcp', answer: annotations[HEALTH_ANSWER_ANNOTATION] ?? '404' };
  const asked = pods.filter(
    (pod) => pod.metadata.annotations?.[REVISION_ANNOTATION] === revision && askedPath(pod) !== undefined,
  );
  if (asked.some(wasReady)) return BY_HTTP;
  for (const pod of asked) {
    const answer = lastProbeStatus(pod, warnings);
    if (answer !== null && isMissingHealthPath(answer, askedPath(pod) ?? ''))
      return { by: 'tcp', answer: String(answer) };
  }
  return BY_HTTP;
}

const askedPath = ({ spec }: Pod): string | undefined => {
  const get = spec.containers.find(({ name }) => name === SERVER_CONTAINER)?.readinessProbe?.httpGet;
  return get && (get.path ?? '');
};
