import { beforeEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/types.js';
import { ObjectStore, PartitionedStore } from './object-store.js';

const object = (version: number, name = 'a', uid = `uid-of-${name}`): KubeObject => ({
  metadata: { name, uid, resourceVersion: String(version), creationTimestamp: '' },
});

describe('the store of a kind of object', () => {
  let changes: string[];
  let store: ObjectStore<KubeObject>;
  const version = (name = 'a') => store.get(name)?.metadata.resourceVersion;
  beforeEach(() => {
    changes = [];
    store = new ObjectStore(({ metadata }) => void changes.push(metadata.name));
  });

  it('keeps the later version, in whatever order the versions arrive', () => {
    store.put(object(9));
    store.put(object(10)); // later as a number, not as text
    store.put(object(9));
    store.put(object(10));
    expect(version()).toBe('10');
    expect(changes).toEqual(['a', 'a']);
  });

  it('does not restore an object that the runtime deleted, until the watch has reported its end', () => {
    store.put(object(1));
    store.forget(object(1));
    store.put(object(2));
    expect(version()).toBeUndefined();
    store.drop(object(3));
    store.put(object(4, 'a', 'successor'));
    expect(version()).toBe('4');
  });

  it('keeps the successor of an object whose end is reported late', () => {
    store.put(object(5, 'a', 'successor'));
    store.drop(object(4));
    expect(version()).toBe('5');
  });

  it('keeps the successor of an object that the runtime deletes late', () => {
    store.put(object(5, 'a', 'successor'));
    store.forget(object(4));
    expect(version()).toBe('5');
  });

  it('keeps of the managed fields only the owner of the resource id', () => {
    const { metadata } = object(1);
    const id = { 'f:annotations': { 'f:mcp-gateway.io/resource-id': {} } };
    const notes = [
      { manager: 'm', operation: 'Apply', fieldsV1: { 'f:metadata': id } },
      {
        manager: 'mcp-gateway/a',
        operation: 'Apply',
        fieldsV1: { 'f:metadata': { ...id, 'f:labels': {} }, 'f:spec': {} },
      },
      { manager: 'mcp-gateway/b', operation: 'Apply', fieldsV1: { 'f:spec': {} } },
      { manager: 'mcp-gateway/b', operation: 'Update', fieldsV1: { 'f:metadata': id } },
    ];
    store.put({ metadata: { ...metadata, managedFields: notes } });
    expect(store.get('a')?.metadata.managedFields).toEqual([
      { manager: 'mcp-gateway/a', operation: 'Apply', fieldsV1: { 'f:metadata': id } },
      { manager: 'mcp-gateway/b', operation: 'Apply', fieldsV1: {} },
    ]);
    store.put({ metadata: { ...metadata, resourceVersion: '9', managedFields: [{ manager: 'm' }] } });
    expect(store.get('a')).toEqual({ metadata: { ...metadata, resourceVersion: '9' } });
  });

  it('equals a list afterwards, except for later writes', () => {
    store.put(object(1, 'gone'));
    store.put(object(3, 'changed'));
    store.put(object(9, 'written-since'));
    changes.length = 0;
    store.replaceAll([object(4, 'changed'), object(2, 'new')], '5');
    expect([...store.all()].map(({ metadata }) => metadata.name)).toEqual(['changed', 'written-since', 'new']);
    expect(changes.toSorted()).toEqual(['changed', 'gone', 'new']);
  });

  it('drops and reports the oldest object when it is full', () => {
    store = new ObjectStore(({ metadata }) => void changes.push(metadata.name), 2);
    for (const name of ['a', 'b', 'c']) store.put(object(1, name));
    expect([...store.all()].map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
    expect(changes).toEqual(['a', 'b', 'c', 'a']);
  });
});

const ownedBy = (version: number, owner: string, name = 'a'): KubeObject & { spec: object } => ({
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
    partition.replaceAll([ownedBy(1, 'us', 'a'), ownedBy(2, 'them', 'b')], '2');
    partition.put(ownedBy(3, 'us', 'c'));
    partition.put(ownedBy(4, 'them', 'd'));
    expect(names()).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    expect([...others.all()].map((each) => Object.keys(each))).toEqual([['metadata'], ['metadata']]);
  });

  it('moves an object when its labels change, and drops it from either side', () => {
    partition.put(ownedBy(1, 'us'));
    partition.put(ownedBy(2, 'them'));
    expect(names()).toEqual([[], ['a']]);
    partition.put(ownedBy(3, 'us'));
    expect(names()).toEqual([['a'], []]);
    partition.drop(ownedBy(4, 'us'));
    expect(names()).toEqual([[], []]);
    partition.put(ownedBy(5, 'them'));
    partition.drop(ownedBy(6, 'them'));
    expect(names()).toEqual([[], []]);
  });

  it('equals the last list', () => {
    partition.put(ownedBy(1, 'us', 'a'));
    partition.put(ownedBy(2, 'them', 'b'));
    partition.replaceAll([], '9');
    expect(names()).toEqual([[], []]);
  });
});
