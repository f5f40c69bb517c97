import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { afterTest } from '../../../../test/support/clean-up.js';
import { kubeconfigOf } from '../../test/kubeconfig.js';
import { podOf } from '../../test/pods.js';
import { kubernetesLogs } from './logs.js';

/** Of the adapter `echo` of the gateway `one`, where its pod has these labels. */
async function logs(labels: Record<string, string>): Promise<string | null> {
  const api = createServer((req, res) =>
    res.end(req.url?.includes('/log?') ? 'a line\n' : JSON.stringify(podOf({ labels }))),
  ).listen(0, '127.0.0.1');
  await once(api, 'listening');
  afterTest(() => api.close());
  const kubeconfig = await kubeconfigOf((api.address() as AddressInfo).port);
  const reader = await kubernetesLogs({ namespace: 'mcp', gateway: 'one', kubeconfig, apiServer: undefined });
  afterTest(() => reader.close());
  const { signal } = new AbortController();
  const options = { instance: 1, tail: 10, follow: false, previous: false, sinceSeconds: undefined, signal };
  const found = await reader.read('echo', options);
  if (!found) return null;
  let text = '';
  for await (const part of found) text += String(part);
  return text;
}

describe('the logs of a replica', () => {
  it.each([
    ['are read where the pod is ours', 'one', 'echo', 'a line\n'],
    ['are nobody else’s where the pod is another gateway’s', 'two', 'echo', null],
    ['are nobody else’s where the pod is another adapter’s', 'one', 'other', null],
  ])('%s', async (_what, gateway, adapter, expected) => {
    expect(await logs({ 'mcp-gateway.io/gateway': gateway, 'mcp-gateway.io/adapter': adapter })).toBe(expected);
  });
});
