/** @jest-environment <rootDir>/test/cluster/jest/own-cluster.mjs */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { kubectl } from './support/kubectl.js';
import { exampleServer } from './support/manifests.js';
import { freshNamespace } from './support/namespace.js';
import { apiServer, kubelet } from './support/parts.js';

describe('a test that stops a part of the cluster', () => {
  const namespace = freshNamespace();
  const healthz = async () => {
    const url = `http://${address}:8000/healthz`;
    return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  };
  let address: string;

  beforeAll(async () => {
    await namespace.apply(...exampleServer('example', 1));
    await namespace.rolledOut('statefulset/example');
    address = (await namespace.get<{ status: { podIP: string } }>('pod', 'example-0')).status.podIP;
  });

  it('can stop the API server: pods continue, and it returns with its data', async () => {
    await apiServer.stop();
    await expect(kubectl('get', 'nodes')).rejects.toThrow('refused');
    expect(await healthz()).toBe('ok');

    await apiServer.start();
    expect(await namespace.kubectl('get', 'pod', 'example-0')).toContain('Running');
  });

  it('can stop the kubelet: its pods continue, and new ones wait for it', async () => {
    await kubelet.stop();
    await namespace.kubectl('scale', 'statefulset/example', '--replicas=2');
    await namespace.kubectl('wait', 'pod/example-1', '--for=create', '--timeout=30s');
    await namespace.kubectl('wait', 'pod/example-1', '--for=condition=PodScheduled', '--timeout=30s');
    expect(await healthz()).toBe('ok');

    await kubelet.start();
    await namespace.rolledOut('statefulset/example');
  });
});
