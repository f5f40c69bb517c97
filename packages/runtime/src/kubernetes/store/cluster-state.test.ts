import { describe, expect, it } from '@jest/globals';
import { ownObject } from '../../../test/parts.js';
import { podOf } from '../../../test/pods.js';
import { ClusterState } from './cluster-state.js';

describe('the copy of what the cluster has', () => {
  it('tells of an object that is given the name of another adapter to both', () => {
    const state = new ClusterState();
    state.services.put(ownObject('Service'));
    const told: string[] = [];
    state.onChange((adapter) => void told.push(adapter));
    state.services.put(ownObject('Service', { resourceVersion: '8', labels: { 'mcp-gateway.io/adapter': 'other' } }));
    expect(told).toEqual(['echo', 'other']);
  });

  it('has no adapter and no replica of a pod that only carries labels', () => {
    const state = new ClusterState();
    state.pods.put(podOf({ name: 'adapter-echo-debug' }));
    expect([state.of('echo').pods, state.names()]).toEqual([[], []]);
    state.pods.put(podOf());
    expect([state.of('echo').pods, state.names()]).toEqual([[podOf()], ['echo']]);
  });
});
