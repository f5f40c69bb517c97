import { describe, expect, it } from '@jest/globals';
import { adapter } from '../../../test/refs.js';
import type { KubeObject } from '../api/types.js';
import { LastApplied, differences, keyOf } from './last-applied.js';
import type { Manifest } from '../objects/manifest.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

const manifest = (spec: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', namespace: 'n', labels: {}, annotations: { hash: JSON.stringify(spec) } },
  spec,
});
const SERVICE = keyOf(manifest({}));
const found = (spec: object, of = spec): KubeObject & { spec: object } => ({
  metadata: { ...manifest(of).metadata, uid: 'u', resourceVersion: '1', creationTimestamp: '' },
  spec,
});
const objects = (...own: KubeObject[]): WorkloadObjects => ({
  statefulSet: undefined,
  own: own.map((object) => ({ kind: 'Service', object })),
  pods: [],
  warnings: [],
});

describe('what was applied', () => {
  const memory = '1024Mi';
  const asServed = found({ memory: '1Gi' }, { memory });
  function applied(): LastApplied {
    const memory_ = new LastApplied();
    memory_.remember(adapter('echo'), [manifest({ memory })], new Map([[SERVICE, asServed]]));
    return memory_;
  }

  it('is current while the objects are as the server accepted them, in any spelling', () => {
    expect(applied().isCurrent(adapter('echo'), objects(asServed))).toBe(true);
  });

  it('is current for objects of a list, which lack apiVersion and kind', () => {
    const memory_ = new LastApplied();
    memory_.remember(
      adapter('echo'),
      [manifest({})],
      new Map([[SERVICE, { ...found({}), apiVersion: 'v1', kind: 'Service' }]]),
    );
    expect(memory_.isCurrent(adapter('echo'), objects(found({})))).toBe(true);
  });

  it('is current after an apply that writes nothing', () => {
    const memory_ = applied();
    memory_.remember(adapter('echo'), [manifest({ memory })], new Map());
    expect(memory_.isCurrent(adapter('echo'), objects(asServed))).toBe(true);
  });

  it.each([
    ['another client changes the object', objects(found({ memory: '2Gi' }, { memory }))],
    ['another client deletes the object', objects()],
    ['there is another object', objects(asServed, asServed)],
  ])('is no longer current when %s', (_what, now) => {
    expect(applied().isCurrent(adapter('echo'), now)).toBe(false);
  });

  it('is unknown for a resource of another process, or after forget', () => {
    const memory_ = applied();
    expect(memory_.isCurrent(adapter('other'), objects(asServed))).toBe(false);
    memory_.forget(adapter('echo'));
    expect(memory_.isCurrent(adapter('echo'), objects(asServed))).toBe(false);
  });

  it('differs from the next spec, even when the server spelled the last one differently', () => {
    expect(applied().differs(adapter('echo'), manifest({ memory: '2048Mi' }), objects(asServed))).toBe(true);
  });
});

const wanted = {
  spec: {
    replicas: 2,
    containers: [{ name: 'server', image: 'a:1', env: [{ name: 'A', value: '1' }] }],
    list: ['x', 'y'],
  },
};
const with_ = (change: (copy: typeof wanted) => void) => {
  const copy = structuredClone(wanted);
  change(copy);
  return copy;
};

describe('the differences between a manifest and', () => {
  it.each<[what: string, observed: object, expected: string[]]>([
    ['the same object are none', wanted, []],
    [
      'an object with defaults of the server are none',
      { ...wanted, status: {}, spec: { ...wanted.spec, more: true } },
      [],
    ],
    [
      'a changed number are its pointer and the value found',
      with_(({ spec }) => (spec.replicas = 5)),
      ['/spec/replicas=5'],
    ],
    [
      'a changed item of a named list',
      with_(({ spec }) => spec.containers.forEach((each) => (each.image = 'b'))),
      ['/spec/containers/server/image="b"'],
    ],
    [
      'an added item of a named list are none',
      with_(({ spec }) => spec.containers.unshift({ name: 'proxy', image: 'p', env: [] })),
      [],
    ],
    [
      'a named list without the item',
      with_(({ spec }) => (spec.containers = [])),
      [
        '/spec/containers/server/name=undefined',
        '/spec/containers/server/image=undefined',
        '/spec/containers/server/env=undefined',
      ],
    ],
    ['a longer plain list', with_(({ spec }) => spec.list.push('z')), ['/spec/list=["x","y","z"]']],
    [
      'a plain list in another order',
      with_(({ spec }) => (spec.list = spec.list.toReversed())),
      ['/spec/list/0="y"', '/spec/list/1="x"'],
    ],
    ['an empty object', {}, ['/spec/replicas=undefined', '/spec/containers=undefined', '/spec/list=undefined']],
  ])('%s', (_what, observed, expected) => {
    expect(differences(wanted, observed)).toEqual(expected);
  });

  it('an object without the empty values are none', () => {
    expect(differences({ spec: { requests: {}, value: '', list: [] } }, { spec: {} })).toEqual([]);
    expect(differences({ spec: { value: '' } }, { spec: { value: 'x' } })).toEqual(['/spec/value="x"']);
  });

  it.each<[what: string, desired: unknown, observed: unknown, expected: string[]]>([
    ['an empty list and what others put in', { list: [] }, { list: ['x'] }, ['/list=["x"]']],
    ['a number and its text', { port: 1 }, { port: '1' }, ['/port="1"']],
    ['a list and what is none', { list: ['x'] }, { list: { 0: 'x' } }, ['/list={"0":"x"}']],
  ])('%s', (_what, desired, observed, expected) => {
    expect(differences(desired, observed)).toEqual(expected);
  });

  it.each<[what: string, spec: (more: object) => object, at: string]>([
    ['a label that a Service selects by', (more) => ({ selector: { a: '1', ...more } }), '/selector'],
    [
      'a label that a policy selects by',
      (more) => ({ podSelector: { matchLabels: { a: '1', ...more } } }),
      '/podSelector/matchLabels',
    ],
    [
      'a label that selects callers',
      (more) => ({ ingress: [{ from: [{ namespaceSelector: { matchLabels: { a: '1', ...more } } }] }] }),
      '/ingress/0/from/0/namespaceSelector/matchLabels',
    ],
    [
      'a label that selects the allowed destinations',
      (more) => ({ egress: [{ to: [{ namespaceSelector: { matchLabels: { a: '1', ...more } } }] }] }),
      '/egress/0/to/0/namespaceSelector/matchLabels',
    ],
    [
      'a label of a topology spread constraint',
      (more) => ({ topologySpreadConstraints: [{ labelSelector: { matchLabels: { a: '1', ...more } } }] }),
      '/topologySpreadConstraints/0/labelSelector/matchLabels',
    ],
    [
      'a field of a named port that accepts connections',
      (more) => ({ ingress: [{ ports: [{ name: 'a', ...more }] }] }),
      '/ingress/0/ports/a',
    ],
    [
      'another selector beside the labels',
      (more) => ({ podSelector: { matchLabels: { a: '1' }, ...more } }),
      '/podSelector',
    ],
    [
      'a field of a port that accepts connections',
      (more) => ({ ingress: [{ ports: [{ port: 1, ...more }] }] }),
      '/ingress/0/ports/0',
    ],
  ])('%s that another client adds is a difference, because the field is atomic', (_what, spec, at) => {
    expect(differences(spec({}), spec({ x: 'y' }))).toEqual([`${at}/x="y"`]);
    expect(differences(spec({}), spec({}))).toEqual([]);
  });
});
