import { describe, expect, it } from '@jest/globals';
import { linesOf, ownObject, partsOf } from '../../test/parts.js';
import { podOf } from '../../test/pods.js';
import type { KubeObject } from './api/objects.js';
import type { Parts } from './parts.js';
import { goOnRemoving, remove } from './remove.js';

const KINDS = ['StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'] as const;
const gone: KubeObject = { ...ownObject('Status'), kind: 'Status' };
const known = ({ state }: Parts, ...kinds: readonly (typeof KINDS)[number][]) => {
  for (const kind of kinds) state.storeOf(kind).put(ownObject(kind));
};

describe('what is removed of an adapter', () => {
  it('is each object as it is known, and none that has taken its name since', async () => {
    const { parts, asked } = partsOf(() => gone);
    known(parts, ...KINDS);
    await remove(parts, 'echo');
    expect(asked.map(({ method, body }) => [method, body])).toEqual(
      KINDS.map((kind) => ['DELETE', expect.objectContaining({ preconditions: { uid: `uid-of-${kind}` } })]),
    );
  });

  it('is its network policy only when no pod is left', async () => {
    const { parts, asked } = partsOf(() => gone);
    known(parts, ...KINDS);
    const pod = podOf({ deletionTimestamp: 'now' });
    parts.state.pods.put(pod);
    await remove(parts, 'echo');
    expect(linesOf(asked)).toEqual([
      'DELETE statefulsets/adapter-echo',
      'DELETE services/adapter-echo',
      'DELETE poddisruptionbudgets/adapter-echo',
    ]);
    parts.state.pods.drop(pod);
    goOnRemoving(parts, 'echo');
    await new Promise(setImmediate);
    expect(linesOf(asked)).toContain('DELETE networkpolicies/adapter-echo');
  });

  it('is also what somebody has relabelled, once our watch would tell of its end', async () => {
    const relabelled = () => ownObject('StatefulSet', { labels: { 'mcp-gateway.io/gateway': 'other' } });
    const { parts, asked } = partsOf(({ method, path }) =>
      method === 'DELETE' ? gone : path.includes('statefulsets') ? relabelled() : undefined,
    );
    known(parts, 'Service', 'NetworkPolicy', 'PodDisruptionBudget');
    await remove(parts, 'echo');
    expect(linesOf(asked).slice(0, 3)).toEqual([
      'GET statefulsets/adapter-echo',
      'PATCH statefulsets/adapter-echo',
      'DELETE statefulsets/adapter-echo',
    ]);
    expect(asked[1]?.body).toMatchObject({
      metadata: {
        uid: 'uid-of-StatefulSet',
        labels: { 'mcp-gateway.io/gateway': 'mcp-gateway', 'mcp-gateway.io/adapter': 'echo' },
      },
    });
  });

  it('is nothing that another manager made', async () => {
    const theirs = (kind: string) => ownObject(kind, { managedFields: [{ manager: 'kubectl', operation: 'Apply' }] });
    const { parts, asked } = partsOf(({ path }) => theirs(path));
    await remove(parts, 'echo');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });
});
