import { isEnding, timeOf, type KubeEvent, type Pod, type StatefulSet } from '../api/objects.js';
import { CONTAINER } from '../objects/container.js';
import { refusalOfMessage } from './refusal.js';

export interface Failure {
  /** One CamelCase word. */
  reason: string;
  /** Sentences that say what to do. */
  message: string;
}

/** Why replicas cannot be started at all; null when nothing stands in the way. */
export function failureOf(
  statefulSet: StatefulSet | undefined,
  pods: readonly Pod[],
  warnings: readonly KubeEvent[],
): Failure | null {
  for (const pod of pods) {
    if (isEnding(pod)) continue;
    const failure = unscheduled(pod) ?? notCreated(pod);
    if (failure) return failure;
  }
  return statefulSet ? missingPods(statefulSet, pods, warnings) : null;
}

function unscheduled({ metadata, status }: Pod): Failure | null {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False' || scheduled.reason !== 'Unschedulable') return null;
  return {
    reason: 'Unschedulable',
    message: `No node takes ${metadata.name}: ${scheduled.message ?? 'the scheduler says no more.'}`,
  };
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
    status?.containerStatuses?.find(({ name }) => name === CONTAINER)?.state?.waiting ?? {};
  if (IMAGE_REASONS.includes(reason)) {
    const image = spec.containers.find(({ name }) => name === CONTAINER)?.image ?? 'its image';
    return {
      // The kubelet goes back and forth between the two.
      reason: reason === 'ErrImagePull' ? 'ImagePullBackOff' : reason,
      message:
        `The image ${image} cannot be pulled. Check its name, its version and the pull secrets. ${shortened(message)}`.trim(),
    };
  }
  if (CONFIG_REASONS.includes(reason)) {
    return { reason, message: `The container of ${metadata.name} cannot be made: ${shortened(message)}` };
  }
  return null;
}

/** The StatefulSet controller says in an event why it cannot make a pod, and tries again. */
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
  return timeOf(last) >= newest ? refusalOfMessage(last.message) : null;
}

const MAX_MESSAGE = 500;
const shortened = (text: string) => (text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text);
