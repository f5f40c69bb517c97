import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { applied, linesOf, ownedObject, contextOf } from '../../../test/context.js';
import { podOf } from '../../../test/pods.js';
import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import type { RuntimeContext } from './context.js';
import { resumeRemoval, remove } from './remove.js';

const KINDS = ['StatefulSet', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'] as const;
const gone: KubeObject = { ...ownedObject('Status'), kind: 'Status' };
const known = ({ state }: RuntimeContext, ...kinds: readonly (typeof KINDS)[number][]) => {
  for (const kind of kinds) state.storeOf(kind).put(ownedObject(kind));
};

describe('the removal of an adapter deletes', () => {
  it('each known object, and no later object of the same name', async () => {
    const { context, requests } = contextOf(() => gone);
    known(context, ...KINDS);
    await remove(context, adapter('echo'));
    expect(requests.map(({ method, body }) => [method, body])).toEqual(
      KINDS.map((kind) => ['DELETE', expect.objectContaining({ preconditions: { uid: `uid-of-${kind}` } })]),
    );
  });

  it('the network policy only when no pod is left', async () => {
    const { context, requests } = contextOf(() => gone);
    known(context, ...KINDS);
    const pod = podOf({ deletionTimestamp: 'now' });
    context.state.pods.put(pod);
    await remove(context, adapter('echo'));
    expect(linesOf(requests)).toEqual([
      'DELETE statefulsets/adapter-echo',
      'DELETE services/adapter-echo',
      'DELETE poddisruptionbudgets/adapter-echo',
    ]);
    context.state.pods.drop(pod);
    resumeRemoval(context, adapter('echo'));
    await new Promise(setImmediate);
    expect(linesOf(requests)).toContain('DELETE networkpolicies/adapter-echo');
  });

  it('relabelled objects, once the informers see them again', async () => {
    const relabelled = () => ownedObject('StatefulSet', { labels: { 'mcp-gateway.io/gateway': 'other' } });
    const { context, requests } = contextOf(({ method, path }) =>
      method === 'DELETE' ? gone : path.includes('statefulsets') ? relabelled() : undefined,
    );
    known(context, 'Service', 'NetworkPolicy', 'PodDisruptionBudget');
    await remove(context, adapter('echo'));
    expect(linesOf(requests).slice(0, 3)).toEqual([
      'GET statefulsets/adapter-echo',
      'PATCH statefulsets/adapter-echo',
      'DELETE statefulsets/adapter-echo',
    ]);
    expect(requests[1]).toMatchObject({
      // Not the manager of what was applied: that would take away all but the labels.
      query: { fieldManager: 'mcp-gateway/mcp-gateway/labels', force: 'true' },
      body: {
        metadata: {
          uid: 'uid-of-StatefulSet',
          labels: {
            'mcp-gateway.io/gateway': 'mcp-gateway',
            'mcp-gateway.io/kind': 'adapter',
            'mcp-gateway.io/name': 'echo',
          },
        },
      },
    });
  });

  it('both Services of a tool', async () => {
    const labels = { ...ownedObject('').metadata.labels, 'mcp-gateway.io/kind': 'tool' };
    const { context, requests } = contextOf(({ method }) => (method === 'DELETE' ? gone : undefined));
    for (const name of ['tool-echo', 'echo-service', 'other-service']) {
      context.state.services.put(ownedObject('Service', { name, labels, uid: name }));
    }
    await remove(context, { kind: 'tool', name: 'echo' });
    const deleted = linesOf(requests).filter((line) => line.startsWith('DELETE'));
    expect(deleted).toEqual(['DELETE services/echo-service', 'DELETE services/tool-echo']);
  });

  it('no object of another field manager', async () => {
    const theirs = (kind: string) => ownedObject(kind, { managedFields: [{ manager: 'kubectl', operation: 'Apply' }] });
    const { context, requests } = contextOf(({ path }) => theirs(path));
    await remove(context, adapter('echo'));
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  it('no object that is terminating', async () => {
    const { context, requests } = contextOf(({ path }) =>
      ownedObject(path, { deletionTimestamp: '2026-11-20T09:00:00Z' }),
    );
    await remove(context, adapter('echo'));
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  it.each([
    ['and the network policy waits until they have', podOf({ deletionTimestamp: 'now', resourceVersion: '11' }), []],
    ['and the network policy when they are gone at once', gone, ['DELETE networkpolicies/adapter-echo']],
  ])('is each pod that no StatefulSet is left to end, %s', async (_what, answer, then) => {
    const { context, requests } = contextOf(({ method, path }) =>
      method === 'GET' ? undefined : path.includes('pods') ? answer : gone,
    );
    known(context, 'NetworkPolicy');
    context.state.pods.put(podOf());
    await remove(context, adapter('echo'));
    expect(linesOf(requests).filter((line) => line.startsWith('DELETE'))).toEqual([
      'DELETE pods/adapter-echo-1',
      ...then,
    ]);
    expect(context.removing.has('adapter/echo')).toBe(then.length === 0);
  });

  it('no pod that its StatefulSet deletes', async () => {
    const { context, requests } = contextOf(({ method }) =>
      method === 'DELETE' ? ownedObject('StatefulSet', { deletionTimestamp: 'now', resourceVersion: '8' }) : undefined,
    );
    known(context, 'StatefulSet');
    context.state.pods.put(podOf());
    await remove(context, adapter('echo'));
    expect(linesOf(requests).filter((line) => line.startsWith('DELETE'))).toEqual(['DELETE statefulsets/adapter-echo']);
  });

  it('and waits while an object is terminating', async () => {
    const { context } = contextOf(({ method }) =>
      method === 'DELETE' ? ownedObject('StatefulSet', { deletionTimestamp: 'now', resourceVersion: '8' }) : undefined,
    );
    known(context, 'StatefulSet');
    await remove(context, adapter('echo'));
    expect(context.removing.has('adapter/echo')).toBe(true);
  });

  it('and forgets the resource when nothing is left', async () => {
    const { context } = contextOf(({ method }) => (method === 'DELETE' ? gone : undefined));
    known(context, 'Service');
    context.lastApplied.remember(adapter('echo'), [], new Map());
    context.failureConditions.set(adapter('echo'), { reason: 'Refused', message: 'No.' });
    await remove(context, adapter('echo'));
    expect(context.lastApplied.isCurrent(adapter('echo'), context.state.of(adapter('echo')))).toBe(false);
    expect(context.failureConditions.get(adapter('echo'))).toBeNull();
    expect(context.removing.has('adapter/echo')).toBe(false);
  });
});

describe('a removal', () => {
  const failing = (error: Error) => {
    const found = contextOf(() => {
      throw error;
    });
    known(found.context, 'NetworkPolicy');
    return found;
  };

  it.each([
    ['to look for what was relabelled', ['NetworkPolicy'] as const, 'GET statefulsets/adapter-echo'],
    ['to delete', KINDS, 'DELETE statefulsets/adapter-echo'],
  ])('says which right it lacks %s', async (_what, kinds, line) => {
    const { context, requests } = failing(new ApiError(403, 'Forbidden', 'no right'));
    known(context, ...kinds);
    await remove(context, adapter('echo'));
    expect(linesOf(requests)).toEqual([line]);
    expect(context.failureConditions.get(adapter('echo'))).toMatchObject({ reason: 'AdmissionDenied' });
  });

  it('rejects when the API server does not answer, so that the worker retries', async () => {
    const unavailable = new GatewayError('UNAVAILABLE', { detail: 'unavailable' });
    const { context } = failing(unavailable);
    await expect(remove(context, adapter('echo'))).rejects.toBe(unavailable);
    expect(context.failureConditions.get(adapter('echo'))).toBeNull();
  });

  it('resumes with the next change when a request got no answer', async () => {
    const { context, requests } = failing(new GatewayError('UNAVAILABLE'));
    context.removing.set('adapter/echo', 'waiting');
    for (const times of [1, 2]) {
      resumeRemoval(context, adapter('echo'));
      await new Promise(setImmediate);
      expect(requests).toHaveLength(times);
    }
  });

  it('is not started again by its own changes', async () => {
    const { context, requests } = contextOf(({ method }) => (method === 'DELETE' ? gone : undefined));
    context.state.onChange((name) => resumeRemoval(context, name));
    known(context, ...KINDS);
    await remove(context, adapter('echo'));
    await new Promise(setImmediate);
    expect(linesOf(requests)).toEqual([
      'DELETE statefulsets/adapter-echo',
      'DELETE services/adapter-echo',
      'DELETE poddisruptionbudgets/adapter-echo',
      'DELETE networkpolicies/adapter-echo',
    ]);
  });

  it('stops when the adapter is applied again', async () => {
    const { context, requests } = contextOf((request) => {
      if (request.method === 'PATCH') return applied(request);
      if (request.path.includes('services')) context.removing.delete('adapter/echo'); // as an apply does
      return gone;
    });
    known(context, ...KINDS);
    await remove(context, adapter('echo'));
    expect(linesOf(requests)).toEqual(['DELETE statefulsets/adapter-echo', 'DELETE services/adapter-echo']);
    expect(context.removing.has('adapter/echo')).toBe(false);
  });

  it('does not begin with a change alone', async () => {
    const { context, requests } = contextOf(() => gone);
    known(context, ...KINDS);
    resumeRemoval(context, adapter('echo'));
    await new Promise(setImmediate);
    expect(requests).toEqual([]);
  });
});
