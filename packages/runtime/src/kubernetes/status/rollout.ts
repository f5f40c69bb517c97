import { isTerminating, type Pod } from '../api/types.js';
import { SERVER_CONTAINER } from '../objects/container.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

const REVISION_HASH = 'controller-revision-hash';

/**
 * Pods of a former revision that block a rollout. A StatefulSet that counts unavailable pods before it replaces one (the feature
 * MaxUnavailableStatefulSet) would wait for these pods forever, even if the new revision repairs them. A pod that was ever ready
 * does not count: it may serve again, while the new revision is untested. Such a pod counts only when it keeps crashing and
 * the rollout waits for nothing else.
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
  status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER)?.state?.waiting?.reason ===
  'CrashLoopBackOff';

/** Conditions that are written together may carry times one second apart. */
const TOLERANCE_MS = 1_000;

/**
 * Whether a replica has ever passed its health check, in any of its processes. A passed startup probe proves it, unless that probe
 * only opens the port while the health check requests a path. Otherwise the `Ready` condition decides: the kubelet writes it together
 * with `Initialized`, and changes its time only when its status changes.
 */
export function wasReady({ spec, status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER);
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  const ready = condition('Ready');
  if (ready?.status === 'True') return true;
  const { startupProbe, readinessProbe } = spec.containers.find(({ name }) => name === SERVER_CONTAINER) ?? {};
  const onlyListens = readinessProbe?.httpGet !== undefined && startupProbe?.httpGet === undefined;
  if (container?.started && !onlyListens) return true;
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (!container || (container.restartCount === 0 && !ended && !container.started)) return false;
  const readyChanged = Date.parse(ready?.lastTransitionTime ?? '');
  const initialized = Date.parse(condition('Initialized')?.lastTransitionTime ?? '');
  // In doubt the pod counts as ready once: a replica that serves must not be deleted.
  return !(readyChanged <= initialized + TOLERANCE_MS);
}
