import { isTerminating, type Pod } from './api/objects.js';
import { CONTAINER } from './objects/container.js';
import { wasReady } from './status/was-ready.js';
import type { WorkloadObjects } from './store/cluster-state.js';

const REVISION_HASH = 'controller-revision-hash';

/**
 * Pods of a former revision that are in the way of the wanted one. Where a StatefulSet counts unavailable pods before it
 * replaces one (the feature MaxUnavailableStatefulSet), it would wait for these forever, also when the new revision is the cure.
 * What has served is none of them: it may serve again, and its successor would have a revision that nobody has seen work.
 * Only when it keeps crashing, and the rollout waits for nothing else, is it replaced as its turn would be.
 */
export function brokenPodsOf({ statefulSet, pods }: WorkloadObjects): Pod[] {
  const { updateRevision, observedGeneration } = statefulSet?.status ?? {};
  if (!statefulSet || updateRevision === undefined || observedGeneration !== statefulSet.metadata.generation) return [];
  const isWanted = ({ metadata }: Pod) => metadata.labels?.[REVISION_HASH] === updateRevision;
  const stuck = pods.some((pod) => isWanted(pod) && !isReady(pod));
  return pods.filter(
    (pod) => !isWanted(pod) && !isTerminating(pod) && (!wasReady(pod) || (!stuck && keepsCrashing(pod))),
  );
}

const isReady = (pod: Pod): boolean =>
  !isTerminating(pod) &&
  (pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);

const keepsCrashing = ({ status }: Pod): boolean =>
  status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.waiting?.reason === 'CrashLoopBackOff';
