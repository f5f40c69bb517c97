import type { Pod } from '../api/objects.js';

/**
 * Whether the node of a pod has stopped to tell of it, as the node controller writes on the pod. What is said of the server is
 * old then.
 */
export function isNodeLost({ status }: Pod): boolean {
  const reasonOf = (type: string) => status?.conditions?.find((condition) => condition.type === type)?.reason;
  return (
    status?.reason === 'NodeLost' ||
    reasonOf('Ready') === 'NodeNotReady' ||
    reasonOf('DisruptionTarget') === 'DeletionByTaintManager'
  );
}

export const silentNode = ({ spec }: Pod): string => `Its node ${spec.nodeName ?? ''} does not answer.`;
