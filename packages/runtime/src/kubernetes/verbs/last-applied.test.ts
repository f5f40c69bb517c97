import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/types.js';
import { LastApplied } from './last-applied.js';
import type { Manifest } from '../objects/manifest.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';

const manifest = (spec: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a', namespace: 'n', labels: {}, annotations: { hash: JSON.stringify(spec) } },
  spec,
});
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
    memory_.remember(adapter('echo'), [manifest({ memory })], new Map([['Service', asServed]]));
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
      new Map([['Service', { ...found({}), apiVersion: 'v1', kind: 'Service' }]]),
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
