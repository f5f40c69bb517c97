import type { Logger } from '@mcp-gateway/common/logging';
import type { Cluster } from './api/cluster.js';
import type { KubeObject } from './api/objects.js';
import type { Kind } from './api/resources.js';
import { selectorOf } from './labels.js';
import type { ClusterState } from './store/cluster-state.js';
import type { ObjectStore } from './store/object-store.js';
import { Reflector, type Reflection } from './store/reflector.js';

interface Options {
  cluster: Cluster;
  namespace: string;
  gateway: string;
  log: Logger;
}

/** One watch for each kind, whatever the number of adapters. */
export function reflections(state: ClusterState, { gateway, ...options }: Options): Reflection[] {
  const ours = { labelSelector: selectorOf(gateway) };
  const reflector = <T extends KubeObject>(kind: Kind, store: ObjectStore<T>, query: Record<string, string>) =>
    new Reflector(store, { ...options, kind, query });
  return [
    reflector('StatefulSet', state.statefulSets, ours),
    reflector('Service', state.services, ours),
    reflector('PodDisruptionBudget', state.disruptionBudgets, ours),
    reflector('NetworkPolicy', state.networkPolicies, ours),
    reflector('Pod', state.pods, ours),
    // Events have no labels of ours; there are few warnings in a namespace that is well.
    reflector('Event', state.warnings, { fieldSelector: 'type=Warning' }),
  ];
}
