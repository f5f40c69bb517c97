import { unreachable } from '@mcp-gateway/common/errors';

export type ObjectKind = 'StatefulSet' | 'Service' | 'PodDisruptionBudget' | 'NetworkPolicy' | 'Pod' | 'Event';

/** The resource name of a kind, as it stands in paths. */
const RESOURCE: Record<ObjectKind, string> = {
  StatefulSet: 'statefulsets',
  Service: 'services',
  PodDisruptionBudget: 'poddisruptionbudgets',
  NetworkPolicy: 'networkpolicies',
  Pod: 'pods',
  Event: 'events',
};

/** The path of all objects of a kind in a namespace, or of the object with this name. */
export function apiPath(kind: ObjectKind, namespace: string, name?: string): string {
  const all = `${groupOf(kind)}/namespaces/${encodeURIComponent(namespace)}/${RESOURCE[kind]}`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}

function groupOf(kind: ObjectKind): string {
  switch (kind) {
    case 'StatefulSet':
      return '/apis/apps/v1';
    case 'PodDisruptionBudget':
      return '/apis/policy/v1';
    case 'NetworkPolicy':
      return '/apis/networking.k8s.io/v1';
    case 'Service':
    case 'Pod':
    case 'Event':
      return '/api/v1';
    default:
      return unreachable(kind);
  }
}
