import { isTerminating, type Pod } from '../api/types.js';
import { CONTAINER } from '../objects/container.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

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

/** Conditions that are first written together may still fall into two seconds. */
const TOLERANCE_MS = 1_000;

/**
 * Whether a replica has ever passed its health check, also before its process was last started anew. That it has started says
 * so, unless a port that is open is enough for that and not for the check. Of all else, only the `Ready` condition keeps a memory:
 * the kubelet writes it beside `Initialized` before anything runs, and dates it again only when it changes.
 */
export function wasReady({ spec, status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  const ready = condition('Ready');
  if (ready?.status === 'True') return true;
  const { startupProbe, readinessProbe } = spec.containers.find(({ name }) => name === CONTAINER) ?? {};
  const onlyListens = readinessProbe?.httpGet !== undefined && startupProbe?.httpGet === undefined;
  if (container?.started && !onlyListens) return true;
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (!container || (container.restartCount === 0 && !ended && !container.started)) return false;
  const readyChanged = Date.parse(ready?.lastTransitionTime ?? '');
  const initialized = Date.parse(condition('Initialized')?.lastTransitionTime ?? '');
  // What cannot be told is not taken for a failure: a replica that serves must not be removed.
  return !(readyChanged <= initialized + TOLERANCE_MS);
}
