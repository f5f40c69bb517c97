import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from '../support/clients.js';
import { waitFor } from '../support/wait.js';
import { cluster } from './support/cluster.js';
import { exampleServer } from './support/manifests.js';
import { freshNamespace } from './support/namespace.js';

const ANSWER_MS = 5_000;

describe('the network of the test cluster', () => {
  const namespace = freshNamespace();
  const host = `example.${namespace.name}.svc.cluster.local`;
  let pods: string[];
  let service: string;

  beforeAll(async () => {
    await namespace.apply(...exampleServer('example', 2));
    await namespace.rolledOut('statefulset/example');
    const { items } = await namespace.get<{ items: { status: { podIP: string } }[] }>('pods');
    pods = items.map(({ status }) => status.podIP);
    service = (await namespace.get<{ spec: { clusterIP: string } }>('service', 'example')).spec.clusterIP;
  });

  const get = async (url: string) => (await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })).text();
  const getFrom = (pod: string, url: string) => namespace.kubectl('exec', pod, '--', 'wget', '-qO-', url);

  it('connects an MCP client outside to a pod, at the address of the pod', async () => {
    const { client } = await connect(`http://${pods[0]}:8000/mcp`);
    const { content } = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
    expect(content).toEqual([{ type: 'text', text: '5' }]);
  });

  it('connects pods to each other', async () => {
    expect(await getFrom('example-0', `http://${pods[1]}:8000/healthz`)).toBe('ok');
  });

  it('connects clients of a service to its pods, from outside and from a pod', async () => {
    await waitFor('the rules of the service', async () => (await get(`http://${service}/healthz`)) === 'ok');
    for (const pod of ['example-0', 'example-1']) expect(await getFrom(pod, `http://${service}/healthz`)).toBe('ok');
  });

  it('resolves the names of services, outside and in a pod', async () => {
    const resolver = new Resolver({ timeout: ANSWER_MS, tries: 1 });
    resolver.setServers([cluster.instance.address]);
    expect(await waitFor('the name', () => resolver.resolve4(host))).toEqual([service]);
    expect(await getFrom('example-1', `http://${host}/healthz`)).toBe('ok');
  });

  it('connects pods to listeners outside', async () => {
    const server = createServer((_req, res) => res.end('outside')).listen(0, cluster.instance.outside);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      expect(await getFrom('example-0', `http://${cluster.instance.outside}:${port}/`)).toBe('outside');
    } finally {
      server.close();
    }
  });
});
