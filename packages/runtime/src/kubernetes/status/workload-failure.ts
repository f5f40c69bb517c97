import { isTerminating, occurredAt, type KubeEvent, type Pod, type StatefulSet } from '../api/types.js';
import type { Failure } from '../../runtime.js';
import { SERVER_CONTAINER } from '../objects/container.js';
import { forbiddenFailure } from '../api/errors.js';

/** Why the replicas of a workload cannot start; null when nothing prevents their start. */
export function workloadFailure(
  statefulSet: StatefulSet | undefined,
  pods: readonly Pod[],
  warnings: readonly KubeEvent[],
): Failure | null {
  for (const pod of pods) {
    if (isTerminating(pod)) continue;
    const failure = unscheduled(pod) ?? notInitialized(pod) ?? notCreated(pod) ?? noSandbox(pod, warnings);
    if (failure) return failure;
  }
  return statefulSet ? missingPods(statefulSet, pods, warnings) : null;
}

function unscheduled({ metadata, status }: Pod): Failure | null {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return null;
  const why = scheduled.message ?? 'the scheduler gives no reason.';
  return { reason: 'Unschedulable', message: `No node accepts ${metadata.name}: ${why} ${remedyOf(why)}` };
}

function remedyOf(why: string): string {
  if (/\bInsufficient\b/.test(why)) return 'Add a node, or request less in resources.requests.';
  return /\bwere unschedulable\b/.test(why) ? 'Uncordon a node, or add one.' : 'Add a node that accepts it.';
}

const IMAGE_REASONS = [
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
];
const CONFIG_REASONS = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'];

function notCreated({ metadata, spec, status }: Pod): Failure | null {
  const { reason = '', message = '' } =
    status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER)?.state?.waiting ?? {};
  if (IMAGE_REASONS.includes(reason)) {
    const image = spec.containers.find(({ name }) => name === SERVER_CONTAINER)?.image ?? 'its image';
    return {
      // The kubelet alternates between the two reasons.
      reason: reason === 'ErrImagePull' ? 'ImagePullBackOff' : reason,
      message:
        `The image ${image} cannot be pulled. Check its name, its version and the pull secrets. ${shortened(message)}`.trim(),
    };
  }
  if (CONFIG_REASONS.includes(reason)) {
    return { reason, message: `The container of ${metadata.name} cannot be created: ${shortened(message)}` };
  }
  return null;
}

/** The gateway creates no init containers; a webhook or an edit has added this one. */
function notInitialized({ metadata, status }: Pod): Failure | null {
  for (const { name, state = {}, lastState } of status?.initContainerStatuses ?? []) {
    const { reason = '', message = '' } = state.waiting ?? {};
    const code = (state.terminated ?? lastState?.terminated)?.exitCode ?? 0;
    const fails = reason === 'CrashLoopBackOff' || [...IMAGE_REASONS, ...CONFIG_REASONS].includes(reason);
    if (!fails && (!state.terminated || code === 0)) continue;
    const why = code === 0 ? `${reason}. ${shortened(message)}`.trim() : `it ended with exit code ${code}.`;
    return {
      reason: 'InitContainerFailed',
      message: `The init container ${name} of ${metadata.name}, which is not the gateway's, fails: ${why}`,
    };
  }
  return null;
}

/** Mostly a memory limit that is too low for any process. The node reports it in events only. */
function noSandbox({ metadata, status }: Pod, warnings: readonly KubeEvent[]): Failure | null {
  const state = status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER)?.state;
  if (state?.waiting?.reason !== 'ContainerCreating') return null;
  const reason = 'FailedCreatePodSandBox';
  const last = warnings.findLast((event) => event.involvedObject.uid === metadata.uid && event.reason === reason);
  return last ? { reason, message: `Its node cannot start ${metadata.name}: ${shortened(last.message ?? '')}` } : null;
}

/** The StatefulSet controller reports in an event why it cannot create a pod, and tries again. */
function missingPods(
  { metadata, spec }: StatefulSet,
  pods: readonly Pod[],
  warnings: readonly KubeEvent[],
): Failure | null {
  if (pods.length >= spec.replicas) return null;
  const last = warnings.findLast(
    ({ involvedObject, reason }) => involvedObject.uid === metadata.uid && reason === 'FailedCreate',
  );
  if (!last?.message) return null;
  const newest = Math.max(0, ...pods.map((pod) => Date.parse(pod.metadata.creationTimestamp)));
  return occurredAt(last) >= newest ? forbiddenFailure(last.message) : null;
}

const MAX_MESSAGE = 500;
const shortened = (text: string) => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text);
