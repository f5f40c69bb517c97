import { isEnding, type Pod } from './api/objects.js';
import { CONTAINER } from './objects/container.js';
import type { AdapterObjects } from './store/cluster-state.js';

const REVISION_HASH = 'controller-revision-hash';

/**
 * Pods of a former revision that have never got to serve. Where a StatefulSet counts unavailable pods before it replaces one
 * (the feature MaxUnavailableStatefulSet), it would wait for these forever, also when the new revision is the cure.
 */
export function brokenPodsOf({ statefulSet, pods }: AdapterObjects): Pod[] {
  const { updateRevision, observedGeneration } = statefulSet?.status ?? {};
  if (!statefulSet || updateRevision === undefined || observedGeneration !== statefulSet.metadata.generation) return [];
  return pods.filter(
    (pod) => pod.metadata.labels?.[REVISION_HASH] !== updateRevision && !isEnding(pod) && !hasStarted(pod),
  );
}

const hasStarted = ({ status }: Pod): boolean =>
  status?.containerStatuses?.some(({ name, started }) => name === CONTAINER && started === true) ?? false;
