import { describe, expect, it } from '@jest/globals';
import { changesBetween, matches, planStep, wantedOf } from './apply-plan.js';

const document = (fields: object) => ({ fields: fields as Record<string, unknown>, place: 'a.yaml' });
const echo = { name: 'echo', imageName: 'i', imageVersion: '1' };
const wanted = (fields: object) =>
  wantedOf(document({ kind: 'adapter', ...echo, ...fields }))[0] as ReturnType<typeof wantedOf>[0];

describe('the plan of apply', () => {
  it.each<[string, object, object | undefined, string]>([
    ['creates what is not there', {}, undefined, 'create'],
    ['leaves what is the same', {}, echo, 'unchanged'],
    ['takes an absent field for its default', { replicaCount: 1, requiredRoles: [] }, echo, 'unchanged'],
    [
      'takes fields of the gateway for no difference',
      { id: 'x', generation: 9 },
      { ...echo, generation: 2 },
      'unchanged',
    ],
    ['updates what differs', { replicaCount: 2 }, echo, 'update'],
    ['updates what a file no longer has', {}, { ...echo, description: 'Old' }, 'update'],
  ])('%s', (_what, fields, now, action) => {
    expect(planStep(wanted(fields), now as Record<string, unknown>).action).toBe(action);
  });

  it('sends what the file has and not the defaults', () => {
    expect(wanted({ replicaCount: 2 }).body).toEqual({ ...echo, replicaCount: 2 });
  });

  it.each<[unknown, unknown, unknown[]]>([
    [{ a: { b: 1 } }, { a: { b: 2 } }, [{ pointer: '/a/b', from: 1, to: 2 }]],
    [{ a: [1] }, { a: [1, 2] }, [{ pointer: '/a', from: [1], to: [1, 2] }]],
    [{}, { 'a/b': 1 }, [{ pointer: '/a~1b', from: undefined, to: 1 }]],
    [{ a: [{ x: 1, y: 2 }] }, { a: [{ y: 2, x: 1 }] }, []],
    [{ a: {} }, { b: [] }, []],
  ])('compares %j with %j', (from, to, changes) => {
    expect(changesBetween(from, to)).toEqual(changes);
  });

  it.each([
    [{ name: 'x' }, /^a.yaml has no kind: add "kind:" with one of tenant, quota, adapter, tool, toolset\.$/],
    [{ kind: 'adaptr', name: 'x' }, /^a.yaml has the kind "adaptr", which does not exist; did you mean "adapter"\?$/],
    [{ kind: 'adapter' }, /^a.yaml has no name\.$/],
    [
      { kind: 'adapter', ...echo, replicas: 2 },
      /^a.yaml \(adapter\/echo\) is not valid: #\/replicas is not a known field; did you mean/,
    ],
  ])('says what is wrong with %j', (fields, message) => {
    expect(() => wantedOf(document(fields))).toThrow(message);
  });

  it('takes the quota of a tenant from its document', () => {
    const both = wantedOf(document({ kind: 'tenant', id: 'acme', quota: { adapters: 3 } }));
    expect(both).toMatchObject([
      { kind: 'tenant', name: 'acme', body: { id: 'acme' } },
      { kind: 'quota', name: 'acme', body: { adapters: 3 } },
    ]);
  });

  it.each([
    ['createdBy=ci', true],
    ['createdBy=ci,tags=a', true],
    ['tags=c', false],
    ['createdBy=ci,tags=c', false],
    ['createdBy=c', false],
    ['owner=ci', false],
    ['remote.url=https://h', true],
    ['replicaCount=2', true],
  ])('selects by %s', (selector, expected) => {
    const row = { createdBy: 'ci', tags: ['a', 'b'], remote: { url: 'https://h' }, replicaCount: 2 };
    expect(matches(row, selector)).toBe(expected);
  });
});
