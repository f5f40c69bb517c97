import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { podOf } from '../../../test/pods.js';
import { isReplica } from './cluster-state.js';

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
