import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/types.js';
import { ObjectStore } from './object-store.js';
import { PartitionedStore } from './partitioned-store.js';

const object = (version: number, owner: string, name = 'a'): KubeObject & { spec: object } => ({
  metadata: { name, uid: name, resourceVersion: String(version), creationTimestamp: '', labels: { owner } },
  spec: {},
});

describe('a partitioned store', () => {
  let ours: ObjectStore<KubeObject>;
  let others: ObjectStore<KubeObject>;
  let partition: PartitionedStore<KubeObject>;
  const names = () => [ours, others].map((store) => [...store.all()].map(({ metadata }) => metadata.name));
  beforeEach(() => {
    ours = new ObjectStore(() => {});
    others = new ObjectStore(() => {});
    partition = new PartitionedStore(ours, others, ({ metadata }) => metadata.labels?.['owner'] === 'us');
  });

  it('keeps own objects, and only the metadata of other objects', () => {
    partition.replaceAll([object(1, 'us', 'a'), object(2, 'them', 'b')], '2');
    partition.put(object(3, 'us', 'c'));
    partition.put(object(4, 'them', 'd'));
    expect(names()).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    expect([...others.all()].map((each) => Object.keys(each))).toEqual([['metadata'], ['metadata']]);
  });

  it('moves an object when its labels change, and drops it from either side', () => {
    partition.put(object(1, 'us'));
    partition.put(object(2, 'them'));
    expect(names()).toEqual([[], ['a']]);
    partition.put(object(3, 'us'));
    expect(names()).toEqual([['a'], []]);
    partition.drop(object(4, 'us'));
    expect(names()).toEqual([[], []]);
    partition.put(object(5, 'them'));
    partition.drop(object(6, 'them'));
    expect(names()).toEqual([[], []]);
  });

  it('equals the last list', () => {
    partition.put(object(1, 'us', 'a'));
    partition.put(object(2, 'them', 'b'));
    partition.replaceAll([], '9');
    expect(names()).toEqual([[], []]);
  });
});
