import type { Logger } from '@mcp-gateway/platform/logging';
import type { ApiClient } from '../api/client.js';
import type { KubeObject } from '../api/types.js';
import type { ObjectKind } from '../api/paths.js';
import { hasOwnerLabels, labelSelector } from '../ownership/labels.js';
import type { OwnedKind } from '../objects/manifest.js';
import type { ClusterState } from './cluster-state.js';
import { type ObjectStore, type InformerStore, PartitionedStore } from './object-store.js';
import { type Informer, Reflector } from './reflector.js';

interface Options {
  cluster: ApiClient;
  namespace: string;
  gateway: string;
  log: Logger;
}

/** One informer for each kind of object, whatever the number of resources. */
export function createInformers(state: ClusterState, { gateway, ...options }: Options): Informer[] {
  const reflector = <T extends KubeObject>(kind: ObjectKind, store: InformerStore<T>, query: Record<string, string>) =>
    new Reflector(store, { ...options, kind, query });
  // Without a selector: the runtime has to see an object of another owner with a name of its own, to leave it alone.
  const own = <T extends KubeObject>(kind: OwnedKind, store: ObjectStore<T>) =>
    reflector(kind, new PartitionedStore(store, state.others[kind], (object) => hasOwnerLabels(object, gateway)), {});
  return [
    own('StatefulSet', state.statefulSets),
    own('Service', state.services),
    own('PodDisruptionBudget', state.disruptionBudgets),
    own('NetworkPolicy', state.networkPolicies),
    reflector('Pod', state.pods, { labelSelector: labelSelector(gateway) }),
    // Events do not carry the labels of the gateway; a healthy namespace has few warnings.
    reflector('Event', state.warnings, { fieldSelector: 'type=Warning' }),
  ];
}
