import type { KubeObject } from '../api/types.js';
import type { ObjectStore } from './object-store.js';

/** What a reflector fills. */
export type InformerStore<T extends KubeObject> = Pick<ObjectStore<T>, 'put' | 'drop' | 'replaceAll'>;

/** Keeps our objects of one kind, and of all others what says whose they are, so that no name is taken from anybody. */
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
      this.ours.drop(object); // somebody has taken our labels off it
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
