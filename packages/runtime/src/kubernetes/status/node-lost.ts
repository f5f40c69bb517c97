import type { Pod } from '../api/objects.js';

/**
 * Whether the node of a pod has stopped to tell of it, as the node controller writes on the pod. What is said of the server is
 * old then.
 */
export const isNodeLost = (pod: Pod): boolean =>
  isNodeUnreachable(pod) || reasonOf(pod, 'DisruptionTarget') === 'DeletionByTaintManager';

/** The same, but for a pod that is evicted from a node that may be there: that one ends its pod in order. */
export const isNodeUnreachable = (pod: Pod): boolean =>
  pod.status?.reason === 'NodeLost' || reasonOf(pod, 'Ready') === 'NodeNotReady' || isMarkedUnready(pod);

const conditionOf = ({ status }: Pod, type: string) => status?.conditions?.find((each) => each.type === type);
const reasonOf = (pod: Pod, type: string): string | undefined => conditionOf(pod, type)?.reason;

/** The node controller says that a pod is not ready, and gives no reason; a kubelet gives one, and says so of containers, too. */
function isMarkedUnready(pod: Pod): boolean {
  const ready = conditionOf(pod, 'Ready');
  const containers = pod.status?.containerStatuses ?? [];
  return ready?.status === 'False' && !ready.reason && containers.length > 0 && containers.every((each) => each.ready);
}

export const nodeUnreachableMessage = ({ spec }: Pod): string => `Its node ${spec.nodeName ?? ''} does not answer.`;
