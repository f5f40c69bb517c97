import { adapter } from '../../test/refs.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { afterTest } from '../../../../test/support/clean-up.js';
import { kubeconfigOf } from '../../test/kubeconfig.js';
import { podOf, running, waiting } from '../../test/pods.js';
import type { LogOptions } from '../runtime.js';
import type { Pod } from './api/types.js';
import { kubernetesLogs } from './logs.js';

const ID = '9a0c7a2e-53bc-4b2c-9a5c-6f4a3f6f0b11';
const OURS = {
  labels: { 'mcp-gateway.io/gateway': 'one', 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'echo' },
  annotations: { 'mcp-gateway.io/resource-id': ID },
};
const ENDED = { terminated: { exitCode: 1 } };
const only = (state: object) => podOf(OURS, { containerStatuses: [running({ state, lastState: {} })] });

/** Of the adapter `echo` of the gateway `one`; the lines go on without an end when they are followed. */
async function logs(pod: Pod | number, options: Partial<LogOptions> = {}, log = 200) {
  const requests: string[] = [];
  const api = createServer((req, res) => {
    requests.push(req.url ?? '');
    if (!req.url?.includes('/log?')) {
      return void (typeof pod === 'number' ? res.writeHead(pod).end('{}') : res.end(JSON.stringify(pod)));
    }
    res.writeHead(log).write('a line\n');
    if (!options.follow) res.end();
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  afterTest(() => {
    api.closeAllConnections();
    api.close();
  });
  const kubeconfig = await kubeconfigOf((api.address() as AddressInfo).port);
  const reader = await kubernetesLogs({ namespace: 'mcp', gateway: 'one', kubeconfig, apiServer: undefined });
  afterTest(() => reader.close());
  const usual = { instance: 1, tail: 10, follow: false, previous: false, sinceSeconds: undefined };
  const found = await reader.read(
    { ...adapter('echo'), id: ID },
    { ...usual, signal: new AbortController().signal, ...options },
  );
  return { requests, found, reader };
}
async function text(...args: Parameters<typeof logs>): Promise<string | null> {
  const { found } = await logs(...args);
  if (!found) return null;
  let lines = '';
  for await (const part of found) lines += String(part);
  return lines;
}

describe('the logs of a replica', () => {
  it.each([
    ['are read when the pod belongs to the adapter', podOf(OURS), 'a line\n'],
    ['are read while its process is between two starts', only(ENDED), 'a line\n'],
    [
      'are read while its process waits for its next start',
      podOf(OURS, waiting('x', '', { lastState: ENDED })),
      'a line\n',
    ],
    ['are null when no process has started', podOf(OURS, waiting('ContainerCreating')), null],
    ['are null when the pod has no container yet', podOf(OURS, { containerStatuses: [] }), null],
    ['are null when there is no pod', 404, null],
    [
      'are null when the pod belongs to another gateway',
      podOf({ ...OURS, labels: { ...OURS.labels, 'mcp-gateway.io/gateway': 'two' } }),
      null,
    ],
    [
      'are null when the pod belongs to another adapter',
      podOf({ ...OURS, labels: { ...OURS.labels, 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'other' } }),
      null,
    ],
    [
      'are null when the pod belongs to an earlier adapter of the name',
      podOf({ ...OURS, annotations: { 'mcp-gateway.io/resource-id': 'an-earlier-one' } }),
      null,
    ],
  ])('%s', async (_what, pod, expected) => {
    expect(await text(pod)).toBe(expected);
  });

  it('are null when the container has none, but not when a right is missing', async () => {
    expect(await text(podOf(OURS), {}, 400)).toBeNull();
    await expect(text(podOf(OURS), {}, 403)).rejects.toMatchObject({ status: 403 });
  });

  it.each<[options: Partial<LogOptions>, query: string]>([
    [{}, 'tailLines=10&limitBytes=16777216'],
    [{ follow: true }, 'tailLines=10&follow=true'],
    [{ previous: true, tail: 5 }, 'tailLines=5&limitBytes=16777216&previous=true'],
    [{ sinceSeconds: 0 }, 'tailLines=10&limitBytes=16777216&sinceSeconds=0'],
  ])('with %j are requested with this query', async (options, query) => {
    const { requests } = await logs(podOf(OURS), options);
    const pod = '/api/v1/namespaces/mcp/pods/adapter-echo-1';
    expect(requests).toEqual([pod, `${pod}/log?container=server&${query}`]);
  });

  it('are followed until the reader stops', async () => {
    const stop = new AbortController();
    const { found } = await logs(podOf(OURS), { follow: true, signal: stop.signal });
    const lines = found?.[Symbol.asyncIterator]();
    expect(String((await lines?.next())?.value)).toBe('a line\n');
    stop.abort();
    await expect(lines?.next()).rejects.toThrow('aborted');
  });

  it('are no longer followed once the reader is closed', async () => {
    const { found, reader } = await logs(podOf(OURS), { follow: true });
    const lines = found?.[Symbol.asyncIterator]();
    expect(String((await lines?.next())?.value)).toBe('a line\n');
    await reader.close();
    await expect(lines?.next()).rejects.toThrow(/destroyed|aborted|closed/);
  });
});
