import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { applied, linesOf, ownObject, partsOf } from '../../test/parts.js';
import { podOf } from '../../test/pods.js';
import { ApiError } from './api/api-error.js';
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
    expect(asked[1]).toMatchObject({
      // Not the manager of what was applied: that would take away all but the labels.
      query: { fieldManager: 'mcp-gateway/mcp-gateway/labels', force: 'true' },
      body: {
        metadata: {
          uid: 'uid-of-StatefulSet',
          labels: { 'mcp-gateway.io/gateway': 'mcp-gateway', 'mcp-gateway.io/adapter': 'echo' },
        },
      },
    });
  });

  it('is nothing that another manager made', async () => {
    const theirs = (kind: string) => ownObject(kind, { managedFields: [{ manager: 'kubectl', operation: 'Apply' }] });
    const { parts, asked } = partsOf(({ path }) => theirs(path));
    await remove(parts, 'echo');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  it('is nothing that ends already', async () => {
    const { parts, asked } = partsOf(({ path }) => ownObject(path, { deletionTimestamp: '2026-11-20T09:00:00Z' }));
    await remove(parts, 'echo');
    expect(asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  it.each([
    ['and the network policy waits until they have', podOf({ deletionTimestamp: 'now', resourceVersion: '11' }), []],
    ['and the network policy when they are gone at once', gone, ['DELETE networkpolicies/adapter-echo']],
  ])('is each pod that no StatefulSet is left to end, %s', async (_what, answer, then) => {
    const { parts, asked } = partsOf(({ method, path }) =>
      method === 'GET' ? undefined : path.includes('pods') ? answer : gone,
    );
    known(parts, 'NetworkPolicy');
    parts.state.pods.put(podOf());
    await remove(parts, 'echo');
    expect(linesOf(asked).filter((line) => line.startsWith('DELETE'))).toEqual(['DELETE pods/adapter-echo-1', ...then]);
    expect(parts.removing.has('echo')).toBe(then.length === 0);
  });

  it('is no pod that its StatefulSet ends', async () => {
    const { parts, asked } = partsOf(({ method }) =>
      method === 'DELETE' ? ownObject('StatefulSet', { deletionTimestamp: 'now', resourceVersion: '8' }) : undefined,
    );
    known(parts, 'StatefulSet');
    parts.state.pods.put(podOf());
    await remove(parts, 'echo');
    expect(linesOf(asked).filter((line) => line.startsWith('DELETE'))).toEqual(['DELETE statefulsets/adapter-echo']);
  });

  it('is not over as long as something of it ends', async () => {
    const { parts } = partsOf(({ method }) =>
      method === 'DELETE' ? ownObject('StatefulSet', { deletionTimestamp: 'now', resourceVersion: '8' }) : undefined,
    );
    known(parts, 'StatefulSet');
    await remove(parts, 'echo');
    expect(parts.removing.has('echo')).toBe(true);
  });

  it('is forgotten with what was known of it, and is over when nothing is left', async () => {
    const { parts } = partsOf(({ method }) => (method === 'DELETE' ? gone : undefined));
    known(parts, 'Service');
    parts.applied.remember('echo', [], new Map());
    parts.refusals.set('echo', { reason: 'Refused', message: 'No.' });
    await remove(parts, 'echo');
    expect(parts.applied.holds('echo', parts.state.of('echo'))).toBe(false);
    expect(parts.refusals.get('echo')).toBeNull();
    expect(parts.removing.has('echo')).toBe(false);
  });
});

describe('a removal', () => {
  const failing = (error: Error) => {
    const found = partsOf(() => {
      throw error;
    });
    known(found.parts, 'NetworkPolicy');
    return found;
  };

  it.each([
    ['to look for what was relabelled', ['NetworkPolicy'] as const, 'GET statefulsets/adapter-echo'],
    ['to delete', KINDS, 'DELETE statefulsets/adapter-echo'],
  ])('says which right it lacks %s', async (_what, kinds, line) => {
    const { parts, asked } = failing(new ApiError(403, 'Forbidden', 'no right'));
    known(parts, ...kinds);
    await remove(parts, 'echo');
    expect(linesOf(asked)).toEqual([line]);
    expect(parts.refusals.get('echo')).toMatchObject({ reason: 'AdmissionDenied' });
  });

  it('is tried again by whoever called when the API server does not answer', async () => {
    const away = new GatewayError('UNAVAILABLE', { detail: 'away' });
    const { parts } = failing(away);
    await expect(remove(parts, 'echo')).rejects.toBe(away);
    expect(parts.refusals.get('echo')).toBeNull();
  });

  it('goes on with the next change when nobody answered the one before', async () => {
    const { parts, asked } = failing(new GatewayError('UNAVAILABLE'));
    parts.removing.set('echo', 'waiting');
    for (const times of [1, 2]) {
      goOnRemoving(parts, 'echo');
      await new Promise(setImmediate);
      expect(asked).toHaveLength(times);
    }
  });

  it('is not begun again by the changes that it makes itself', async () => {
    const { parts, asked } = partsOf(({ method }) => (method === 'DELETE' ? gone : undefined));
    parts.state.onChange((name) => goOnRemoving(parts, name));
    known(parts, ...KINDS);
    await remove(parts, 'echo');
    await new Promise(setImmediate);
    expect(linesOf(asked)).toEqual([
      'DELETE statefulsets/adapter-echo',
      'DELETE services/adapter-echo',
      'DELETE poddisruptionbudgets/adapter-echo',
      'DELETE networkpolicies/adapter-echo',
    ]);
  });

  it('ends where somebody applies the adapter again', async () => {
    const { parts, asked } = partsOf((request) => {
      if (request.method === 'PATCH') return applied(request);
      if (request.path.includes('services')) parts.removing.delete('echo'); // as an apply does
      return gone;
    });
    known(parts, ...KINDS);
    await remove(parts, 'echo');
    expect(linesOf(asked)).toEqual(['DELETE statefulsets/adapter-echo', 'DELETE services/adapter-echo']);
    expect(parts.removing.has('echo')).toBe(false);
  });

  it('that nobody asked for does not begin with a change', async () => {
    const { parts, asked } = partsOf(() => gone);
    known(parts, ...KINDS);
    goOnRemoving(parts, 'echo');
    await new Promise(setImmediate);
    expect(asked).toEqual([]);
  });
});
