import type { KubeObject } from '../api/types.js';
import type { ObjectStore } from './object-store.js';

/** A store that a reflector fills. */
export type InformerStore<T extends KubeObject> = Pick<ObjectStore<T>, 'put' | 'drop' | 'replaceAll'>;

/** Keeps the gateway's own objects of one kind, and the metadata of all others, so that the runtime can tell a name conflict. */
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
