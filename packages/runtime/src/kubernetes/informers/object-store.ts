import type { KubeObject } from '../api/types.js';
import { trimManagedFields } from '../ownership/owner.js';

/** A store of whichever kind. */
export interface AnyStore {
  get(name: string): KubeObject | undefined;
  all(): Iterable<KubeObject>;
  put(object: KubeObject): void;
  forget(object: KubeObject): void;
}

/** Objects of one kind by name, as the watch and our own writes tell them, whichever is later. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  /** Deleted by us, while the watch may still speak of them. */
  readonly #gone = new Set<string>();

  constructor(
    private readonly changed: (object: T, before?: T) => void,
    /** The oldest go when there are more. */
    private readonly limit = Number.POSITIVE_INFINITY,
  ) {}

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  all(): IterableIterator<T> {
    return this.#objects.values();
  }

  put(object: T): void {
    const { name, uid } = object.metadata;
    const known = this.#objects.get(name);
    if (this.#gone.has(uid) || (known && !isLater(object, known))) return;
    keepOwnership(object);
    this.#objects.set(name, object);
    this.changed(object, known);
    const [oldest] = this.#objects.values();
    if (oldest && this.#objects.size > this.limit) this.#remove(oldest);
  }

  /** The watch says that it is no more. */
  drop(object: T): void {
    const { name, uid } = object.metadata;
    this.#gone.delete(uid);
    const known = this.#objects.get(name);
    if (known?.metadata.uid === uid) this.#remove(known);
  }

  /** We have deleted it. */
  forget(object: T): void {
    this.#gone.add(object.metadata.uid);
    const known = this.#objects.get(object.metadata.name);
    if (known?.metadata.uid === object.metadata.uid) this.#remove(known);
  }

  /** What there was at `version`, all of it. */
  replaceAll(objects: T[], version: string): void {
    this.#gone.clear();
    const names = new Set(objects.map(({ metadata }) => metadata.name));
    for (const known of this.#objects.values()) {
      if (!names.has(known.metadata.name) && !isAfter(known.metadata.resourceVersion, version)) this.#remove(known);
    }
    for (const object of objects) this.put(object);
  }

  #remove(object: T): void {
    this.#objects.delete(object.metadata.name);
    this.changed(object);
  }
}

function keepOwnership({ metadata }: KubeObject): void {
  const kept = trimManagedFields(metadata.managedFields ?? []);
  if (kept.length > 0) metadata.managedFields = kept;
  else delete metadata.managedFields;
}

const isLater = (object: KubeObject, known: KubeObject): boolean =>
  isAfter(object.metadata.resourceVersion, known.metadata.resourceVersion);

/** Versions of one kind are numbers that grow (Kubernetes API concepts, "Resource versions"). */
const isAfter = (version: string, other: string): boolean => BigInt(version) > BigInt(other);
