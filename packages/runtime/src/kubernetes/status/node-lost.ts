import type { Pod } from '../api/objects.js';

/**
 * Whether the node of a pod has stopped to tell of it, as the node controller writes on the pod. What is said of the server is
 * old then.
 */
export const isNodeLost = (pod: Pod): boolean =>
  isNodeSilent(pod) || reasonOf(pod, 'DisruptionTarget') === 'DeletionByTaintManager';

/** The same, but for a pod that is evicted from a node that may be there: that one ends its pod in order. */
export const isNodeSilent = (pod: Pod): boolean =>
  pod.status?.reason === 'NodeLost' || reasonOf(pod, 'Ready') === 'NodeNotReady';

const reasonOf = ({ status }: Pod, type: string): string | undefined =>
  status?.conditions?.find((condition) => condition.type === type)?.reason;

export const silentNode = ({ spec }: Pod): string => `Its node ${spec.nodeName ?? ''} does not answer.`;
