import type { KubeObject } from '../api/types.js';
import { trimManagedFields } from '../ownership/owner.js';

/** A store of any kind of object. */
export interface AnyStore {
  get(name: string): KubeObject | undefined;
  all(): Iterable<KubeObject>;
  put(object: KubeObject): void;
  forget(object: KubeObject): void;
}

/** Objects of one kind by name. The watch and the runtime's own writes fill it; the later version wins. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  /** Uids of objects that the runtime deleted; the watch may still report earlier versions of them. */
  readonly #gone = new Set<string>();

  constructor(
    private readonly changed: (object: T, before?: T) => void,
    /** Beyond this number, the oldest objects are dropped. */
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

  /** The watch reports that the object is gone. */
  drop(object: T): void {
    const { name, uid } = object.metadata;
    this.#gone.delete(uid);
    const known = this.#objects.get(name);
    if (known?.metadata.uid === uid) this.#remove(known);
  }

  /** The runtime has deleted the object. */
  forget(object: T): void {
    this.#gone.add(object.metadata.uid);
    const known = this.#objects.get(object.metadata.name);
    if (known?.metadata.uid === object.metadata.uid) this.#remove(known);
  }

  /** Replaces the content by the complete list of `version`. */
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
  const owners = trimManagedFields(metadata.managedFields ?? []);
  if (owners.length > 0) metadata.managedFields = owners;
  else delete metadata.managedFields;
}

const isLater = (object: KubeObject, known: KubeObject): boolean =>
  isAfter(object.metadata.resourceVersion, known.metadata.resourceVersion);

/** Resource versions of one kind are growing numbers (Kubernetes API concepts, "Resource versions"). */
const isAfter = (version: string, other: string): boolean => BigInt(version) > BigInt(other);

/** A store that a reflector fills. */
export type InformerStore<T extends KubeObject> = Pick<ObjectStore<T>, 'put' | 'drop' | 'replaceAll'>;

/** Keeps the gateway's own objects of one kind, and the metadata of all others, so that the runtime can detect a name conflict. */
export class PartitionedStore<T extends KubeObject> implements InformerStore<T> {
  constructor(
    private readonly ours: InformerStore<T>,
    private readonly others: InformerStore<KubeObject>,
    private readonly isOurs: (object: KubeObject) => boolean,
  ) {}

  put(object: T): void {
    if (this.isOurs(object)) {
      this.others.drop(object);
      this.ours.put(object);
    } else {
      this.ours.drop(object); // the object lost the gateway's labels
      this.others.put(withoutSpec(object));
    }
  }

  drop(object: T): void {
    this.ours.drop(object);
    this.others.drop(object);
  }

  replaceAll(objects: T[], version: string): void {
    const isOurs = (object: T) => this.isOurs(object);
    this.ours.replaceAll(objects.filter(isOurs), version);
    this.others.replaceAll(objects.filter((object) => !isOurs(object)).map(withoutSpec), version);
  }
}

const withoutSpec = ({ metadata }: KubeObject): KubeObject => ({ metadata });
