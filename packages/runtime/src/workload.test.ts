import { describe, expect, it } from '@jest/globals';
import { workload } from '../test/supervisor.js';
import { revisionOf, type Workload } from './workload.js';

const BASE = workload('echo', {
  environment: { A: '1', B: '2' },
  resources: { limits: { cpu: '1' } },
  secretEnvironment: { A: { secret: 's', key: 'k' } },
});

describe('the revision of a workload', () => {
  it.each<[string, Partial<Workload>]>([
    ['kind', { kind: 'tool' }],
    ['name', { name: 'other' }],
    ['resourceId', { resourceId: '1d6f3a52-1f0e-4c9e-8a53-0a8a2b0f7c22' }],
    ['imageName', { imageName: 'other' }],
    ['imageVersion', { imageVersion: '2' }],
    ['port', { port: 8001 }],
    ['path', { path: '/other' }],
    ['healthPath', { healthPath: '/other' }],
    ['tls', { tls: true }],
    ['resources', { resources: { limits: { cpu: '2' } } }],
    ['identity', { useWorkloadIdentity: true }],
    ['secrets, by a name', { secretEnvironment: { B: { secret: 's', key: 'k' } } }],
    ['secrets, by the Secret', { secretEnvironment: { A: { secret: 't', key: 'k' } } }],
    ['secrets, by the key', { secretEnvironment: { A: { secret: 's', key: 'l' } } }],
    ['secrets, by one less', { secretEnvironment: {} }],
    ['environment, by a value', { environment: { A: '1', B: '3' } }],
    ['environment, by a name', { environment: { A: '1', C: '2' } }],
    ['environment, by one less', { environment: { A: '1' } }],
    ['environment, by one more', { environment: { A: '1', B: '2', C: '' } }],
  ])('changes with its %s', (_field, change) => {
    expect(revisionOf({ ...BASE, ...change })).not.toBe(revisionOf(BASE));
  });

  it('does not change with the number of replicas', () => {
    expect(revisionOf({ ...BASE, replicas: 64 })).toBe(revisionOf(BASE));
  });

  it('does not depend on the order in which fields and variables are written', () => {
    const turned = Object.fromEntries(Object.entries(BASE).toReversed()) as Workload;
    expect(revisionOf({ ...turned, environment: { B: '2', A: '1' } })).toBe(revisionOf(BASE));
  });

  it('distinguishes a variable from its value', () => {
    const [one, other] = [{ A: 'B' }, { B: 'A' }].map((environment) => revisionOf({ ...BASE, environment }));
    expect(one).not.toBe(other);
  });

  it('is short enough for a name', () => {
    expect(revisionOf(BASE)).toMatch(/^[0-9a-f]{10}$/);
  });
});
