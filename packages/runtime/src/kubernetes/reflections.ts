import type { Logger } from '@mcp-gateway/platform/logging';
import type { Cluster } from './api/cluster.js';
import type { KubeObject } from './api/objects.js';
import type { Kind } from './api/resources.js';
import { selectorOf } from './labels.js';
import type { OwnKind } from './objects/manifest.js';
import { isMarked } from './ownership.js';
import type { ClusterState } from './store/cluster-state.js';
import type { ObjectStore } from './store/object-store.js';
import { Partition, type Watched } from './store/partition.js';
import { Reflector, type Reflection } from './store/reflector.js';

interface Options {
  cluster: Cluster;
  namespace: string;
  gateway: string;
  log: Logger;
}

/** One watch for each kind, whatever the number of adapters. */
export function reflections(state: ClusterState, { gateway, ...options }: Options): Reflection[] {
  const reflector = <T extends KubeObject>(kind: Kind, store: Watched<T>, query: Record<string, string>) =>
    new Reflector(store, { ...options, kind, query });
  // Without a selector: an object of somebody else's under a name of ours has to be seen before it is overwritten.
  const own = <T extends KubeObject>(kind: OwnKind, store: ObjectStore<T>) =>
    reflector(kind, new Partition(store, state.others[kind], (object) => isMarked(object, gateway)), {});
  return [
    own('StatefulSet', state.statefulSets),
    own('Service', state.services),
    own('PodDisruptionBudget', state.disruptionBudgets),
    own('NetworkPolicy', state.networkPolicies),
    reflector('Pod', state.pods, { labelSelector: selectorOf(gateway) }),
    // Events have no labels of ours; there are few warnings in a namespace that is well.
    reflector('Event', state.warnings, { fieldSelector: 'type=Warning' }),
  ];
}
