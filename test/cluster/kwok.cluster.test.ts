import { beforeAll, describe, expect, it } from '@jest/globals';
import { restrictedPod } from './support/manifests.js';
import { freshNamespace } from './support/namespace.js';
import { simulatedNode } from './support/simulated-node.js';

const PODS = 300;

describe('a simulated node', () => {
  const namespace = freshNamespace();
  let onIt: object;

  beforeAll(async () => {
    onIt = await simulatedNode();
  });

  it('makes hundreds of pods Ready without running them', async () => {
    const labels = { 'app.kubernetes.io/name': 'many' };
    const spec = { ...restrictedPod({ name: 'server', image: 'localhost/never-pulled:1' }), ...onIt };
    await namespace.apply({
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'many' },
      spec: {
        replicas: PODS,
        podManagementPolicy: 'Parallel',
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    });
    await namespace.rolledOut('statefulset/many');
    const { status } = await namespace.get<{ status: { readyReplicas: number } }>('statefulset', 'many');
    expect(status.readyReplicas).toBe(PODS);
  });
});
