import { describe, expect, it } from '@jest/globals';
import { ABSENT, type Observation } from '@mcp-gateway/runtime';
import { replicaOf, rowOf, T0, T1 } from '../test/fixtures.js';
import { nameInUse } from './name-in-use.js';

const ending = (instance: number, message: string | null = null) =>
  replicaOf(rowOf(), instance, { state: 'Stopping', endpoint: null, message });
const failure = { reason: 'PermissionMissing', message: 'worker may not delete statefulsets.apps.' };
const BEGINNING = 'What ran for a former adapter of this name is still being removed.';

describe('an adapter whose name is still in use', () => {
  it.each<[what: string, seen: Partial<Observation>, why: string]>([
    ['what is refused', { failure, replicas: [ending(0, 'waits')] }, ' worker may not delete statefulsets.apps.'],
    ['what a replica waits for', { replicas: [ending(0), ending(1, 'It waits.')] }, ' echo-1: It waits.'],
    ['a replica that ends', { replicas: [ending(0)] }, ' echo-0: it ends.'],
    ['no more when no replica is left', {}, ''],
  ])('is told %s', (_what, seen, why) => {
    const [ready, ...others] = nameInUse([], { ...ABSENT, ...seen }, T1);
    expect(others).toEqual([]);
    expect(ready).toMatchObject({ type: 'Ready', status: 'False', reason: 'NameInUse', message: `${BEGINNING}${why}` });
  });

  it('is told since when', () => {
    const first = nameInUse([], ABSENT, T0);
    expect(nameInUse(first, ABSENT, T1)).toEqual(first);
    expect(nameInUse([], ABSENT, T1)[0]?.lastTransitionTime).toBe(T1.toISOString());
  });
});
