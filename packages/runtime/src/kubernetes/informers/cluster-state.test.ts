import { describe, expect, it } from '@jest/globals';
import { adapter } from '../../../test/refs.js';
import { ownedObject } from '../../../test/context.js';
import { podOf, warning } from '../../../test/pods.js';
import { OWNED_KINDS } from '../objects/manifest.js';
import { ClusterState, isReplica } from './cluster-state.js';

describe('the copy of the cluster', () => {
  it('reports an object that is relabelled to another adapter for both adapters', () => {
    const state = new ClusterState();
    state.services.put(ownedObject('Service'));
    const changed: string[] = [];
    state.onChange(({ name }) => void changed.push(name));
    state.services.put(
      ownedObject('Service', {
        resourceVersion: '8',
        labels: { 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'other' },
      }),
    );
    expect(changed).toEqual(['echo', 'other']);
  });

  it('counts no pod that only carries the labels', () => {
    const state = new ClusterState();
    state.pods.put(podOf({ name: 'adapter-echo-debug' }));
    expect([state.of(adapter('echo')).pods, state.list()]).toEqual([[], []]);
    state.pods.put(podOf());
    expect([state.of(adapter('echo')).pods, state.list()]).toEqual([[podOf()], [adapter('echo')]]);
  });

  it('reports a change of each kind of object, and a warning about it, until the listener is removed', () => {
    const state = new ClusterState();
    const changed: string[] = [];
    const stop = state.onChange(({ name }) => void changed.push(name));
    const objects = [
      ...OWNED_KINDS.map((kind) => [kind, ownedObject(kind)] as const),
      ['Pod', { ...podOf(), ...ownedObject('', { ...podOf().metadata }) }] as const,
    ];
    for (const [kind, object] of objects) {
      state.storeOf(kind).put(object);
      expect([kind, changed.splice(0)]).toEqual([kind, ['echo']]);
    }
    const about = (name: string, uid: string) => ({
      ...warning(uid, 'Unhealthy', name),
      involvedObject: { name, uid },
    });
    state.warnings.put(about('adapter-echo-1', 'pod-uid'));
    state.warnings.put(about('adapter-echo', 'uid-of-StatefulSet'));
    expect(changed.splice(0)).toEqual(['echo', 'echo']);
    state.warnings.put(about('adapter-echo', 'uid-of-an-earlier-one'));
    state.warnings.put(about('somebody-elses', 'other'));
    expect(changed).toEqual([]);
    stop();
    state.services.forget(ownedObject('Service'));
    expect(changed).toEqual([]);
  });

  it('sorts objects by the order of removal, pods by ordinal, and warnings by time', () => {
    const state = new ClusterState();
    for (const kind of OWNED_KINDS.toReversed()) state.storeOf(kind).put(ownedObject(kind));
    for (const ordinal of [10, 2, 1]) state.pods.put(podOf({ name: `adapter-echo-${ordinal}`, uid: `uid-${ordinal}` }));
    const at = (hour: number) => `2026-11-20T0${hour}:00:00Z`;
    const late = { ...warning('uid-10', 'last', '', at(1)), lastTimestamp: at(9) };
    const second = { ...warning('uid-2', 'second', '', at(1)), lastTimestamp: null, eventTime: at(8) };
    const made = { ...warning('uid-1', 'first', '', at(7)), lastTimestamp: null };
    for (const each of [
      late,
      second,
      made,
      warning('uid-of-StatefulSet', 'zeroth', '', at(6)),
      warning('other', 'none', ''),
    ])
      state.warnings.put(each);

    const { statefulSet, own, pods, warnings } = state.of(adapter('echo'));
    expect(own.map(({ kind }) => kind)).toEqual(OWNED_KINDS);
    expect(statefulSet).toBe(own[0]?.object);
    expect(pods.map(({ metadata }) => metadata.name)).toEqual(['adapter-echo-1', 'adapter-echo-2', 'adapter-echo-10']);
    expect(warnings.map(({ reason }) => reason)).toEqual(['zeroth', 'first', 'second', 'last']);
    expect(state.list()).toEqual([adapter('echo')]);
    expect(state.of(adapter('other'))).toEqual({ statefulSet: undefined, own: [], pods: [], warnings: [] });
  });

  it('drops a pod that is gone, or relabelled to another adapter', () => {
    const state = new ClusterState();
    state.pods.put(podOf());
    state.pods.put(
      podOf({ resourceVersion: '11', labels: { 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'other' } }),
    );
    expect(state.of(adapter('echo')).pods).toEqual([]);
    state.pods.put(podOf({ resourceVersion: '12' }));
    state.pods.drop(podOf());
    expect(state.of(adapter('echo')).pods).toEqual([]);
  });

  it('keeps ten thousand warnings and drops the oldest', () => {
    const state = new ClusterState();
    for (let each = 0; each <= 10_000; each += 1) state.warnings.put(warning(String(each), 'Unhealthy', ''));
    const [first] = state.warnings.all();
    expect([first?.involvedObject.uid, [...state.warnings.all()].length]).toEqual(['1', 10_000]);
  });
});

const by = (kind: string, name: string) => ({ ownerReferences: [{ kind, name, controller: true }] });

describe('a pod with the labels of an adapter', () => {
  it.each([
    ['is a replica when its StatefulSet created it', { ...by('StatefulSet', 'adapter-echo') }, true],
    ['is a replica when its StatefulSet was deleted without it', {}, true],
    [
      'is a replica when something else owns it as well',
      { ownerReferences: [{ kind: 'Other', name: 'other' }, ...by('StatefulSet', 'adapter-echo').ownerReferences] },
      true,
    ],
    ['is none when it is a copy for debugging', { name: 'adapter-echo-debug' }, false],
    ['is none when its name only begins like one', { name: 'adapter-echo-1-copy' }, false],
    ['is none when its name only ends like one', { name: 'another-echo-1' }, false],
    ['is none when it has the name of the StatefulSet', { name: 'adapter-echo' }, false],
    ['is none when it is a replica of another adapter', { name: 'adapter-echo-two-0' }, false],
    ['is none when a ReplicaSet controls it', { ...by('ReplicaSet', 'adapter-echo') }, false],
    ['is none when another StatefulSet controls it', { ...by('StatefulSet', 'echo') }, false],
  ])('%s', (_what, metadata, replica) => {
    expect(isReplica(podOf(metadata), adapter('echo'))).toBe(replica);
  });
});
