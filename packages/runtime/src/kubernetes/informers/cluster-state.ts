import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { type KubeEvent, type KubeObject, type Pod, type StatefulSet, occurredAt } from '../api/types.js';
import { refOf } from '../ownership/labels.js';
import { objectName, OWNED_KINDS, ownObjects, type OwnedKind } from '../objects/manifest.js';
import { type AnyStore, ObjectStore } from './object-store.js';

/** Every object of one resource in the cluster. */
export interface WorkloadObjects {
  statefulSet: StatefulSet | undefined;
  /** The objects that the gateway applies, in the order of removal. */
  own: { kind: OwnedKind; object: KubeObject }[];
  /** The replicas, by ordinal. */
  pods: Pod[];
  /** Warnings about the StatefulSet and the pods, the latest last. */
  warnings: KubeEvent[];
}

const MAX_WARNINGS = 10_000;

/** A copy of the objects of all resources, which the informers keep current. */
export class ClusterState {
  readonly statefulSets = new ObjectStore<StatefulSet>((...both) => this.#changed(...both));
  readonly services = new ObjectStore<KubeObject>((...both) => this.#changed(...both));
  readonly disruptionBudgets = new ObjectStore<KubeObject>((...both) => this.#changed(...both));
  readonly networkPolicies = new ObjectStore<KubeObject>((...both) => this.#changed(...both));
  readonly pods = new ObjectStore<Pod>((pod, before) => {
    const { name } = pod.metadata;
    if (before) this.#podsOf.update(keyOf(before), name, false);
    this.#podsOf.update(keyOf(pod), name, this.pods.get(name) !== undefined);
    this.#changed(pod, before);
  });
  /** Objects of the same kinds in the namespace that belong to other owners. */
  readonly others: Record<OwnedKind, ObjectStore<KubeObject>> = {
    StatefulSet: new ObjectStore(() => {}),
    Service: new ObjectStore(() => {}),
    PodDisruptionBudget: new ObjectStore(() => {}),
    NetworkPolicy: new ObjectStore(() => {}),
  };
  readonly warnings = new ObjectStore<KubeEvent>((event) => this.#warned(event), MAX_WARNINGS);
  readonly #podsOf = new Index();
  readonly #warningsOf = new Index();
  readonly #listeners = new Set<(ref: ResourceRef) => void>();

  /** Calls the listener for each change of an object of a resource, until the returned function is called. */
  onChange(listener: (ref: ResourceRef) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  storeOf(kind: OwnedKind | 'Pod'): AnyStore {
    return {
      StatefulSet: this.statefulSets,
      Service: this.services,
      PodDisruptionBudget: this.disruptionBudgets,
      NetworkPolicy: this.networkPolicies,
      Pod: this.pods,
    }[kind];
  }

  of(ref: ResourceRef): WorkloadObjects {
    const statefulSet = this.statefulSets.get(objectName(ref));
    const own = ownObjects(ref).flatMap(({ kind, name }) => {
      const object = this.storeOf(kind).get(name);
      return object ? [{ kind, object }] : [];
    });
    const labelled = this.#podsOf.get(resourceKey(ref)).flatMap((pod) => this.pods.get(pod) ?? []);
    const pods = labelled.filter((pod) => isReplica(pod, ref));
    const uids = [...pods, ...(statefulSet ? [statefulSet] : [])].map(({ metadata }) => metadata.uid);
    const warnings = uids
      .flatMap((uid) => this.#warningsOf.get(uid))
      .flatMap((event) => this.warnings.get(event) ?? []);
    return { statefulSet, own, pods: pods.toSorted(byOrdinal), warnings: warnings.toSorted(byTime) };
  }

  /** Every resource that has an object. */
  list(): ResourceRef[] {
    const own = OWNED_KINDS.flatMap((kind) => [...this.storeOf(kind).all()]);
    const replicas = [...this.pods.all()].filter((pod) => isReplica(pod, refOf(pod)));
    return refsOf(...own, ...replicas);
  }

  /** An edit of the labels may move an object from one resource to another. */
  #changed(object: KubeObject, before = object): void {
    for (const ref of refsOf(before, object)) {
      for (const listener of this.#listeners) listener(ref);
    }
  }

  #warned(event: KubeEvent): void {
    const { uid = '', name = '' } = event.involvedObject;
    this.#warningsOf.update(uid, event.metadata.name, this.warnings.get(event.metadata.name) !== undefined);
    const about = this.pods.get(name) ?? this.statefulSets.get(name);
    if (about?.metadata.uid === uid) this.#changed(about);
  }
}

const keyOf = (object: KubeObject): string => {
  const ref = refOf(object);
  return ref ? resourceKey(ref) : '';
};

/** The resources that the objects belong to, each once. */
const refsOf = (...objects: KubeObject[]): ResourceRef[] => {
  const refs = objects.flatMap((object) => refOf(object) ?? []);
  return [...new Map(refs.map((ref) => [resourceKey(ref), ref])).values()];
};

export const ordinalOf = ({ metadata }: KubeObject): number => Number(metadata.name.split('-').at(-1));
const byOrdinal = (a: Pod, b: Pod) => ordinalOf(a) - ordinalOf(b);

const byTime = (a: KubeEvent, b: KubeEvent) => occurredAt(a) - occurredAt(b);

/** Names of objects by a key. */
class Index {
  readonly #names = new Map<string, Set<string>>();

  get(key: string): string[] {
    return [...(this.#names.get(key) ?? [])];
  }

  update(key: string, name: string, present: boolean): void {
    const names = this.#names.get(key) ?? new Set();
    if (present) names.add(name);
    else names.delete(name);
    if (names.size > 0) this.#names.set(key, names);
    else this.#names.delete(key);
  }
}

/**
 * Whether a pod with the labels of a resource is a replica. As the StatefulSet controller does, this decides by the name of the pod
 * and by its controller. A pod without a controller is an orphan of a deleted StatefulSet, and the next StatefulSet adopts the pod.
 * Other pods are copies, such as those of `kubectl debug --copy-to --keep-labels`. The uid of the controller does not matter:
 * replicas of a deleted StatefulSet serve until they end.
 */
export function isReplica({ metadata }: Pod, ref: ResourceRef | null): boolean {
  if (!ref) return false;
  const set = objectName(ref);
  const ordinal = metadata.name.startsWith(`${set}-`) ? metadata.name.slice(set.length + 1) : '';
  const controller = metadata.ownerReferences?.find((owner) => owner.controller);
  return /^\d+$/.test(ordinal) && (!controller || (controller.kind === 'StatefulSet' && controller.name === set));
}
