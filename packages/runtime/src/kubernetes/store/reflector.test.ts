import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/common/logging';
import { afterTest } from '../../../../../test/support/clean-up.js';
import { kubeconfigOf } from '../../../test/kubeconfig.js';
import { eventually } from '../../../test/wait.js';
import { connectCluster } from '../api/cluster.js';
import type { KubeEvent } from '../api/objects.js';
import { ObjectStore } from './object-store.js';
import { Reflector } from './reflector.js';

const SILENCE_MS = 50;
const event = (name: string, resourceVersion: string) => ({ metadata: { name, uid: name, resourceVersion } });
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`;

/** Runs a reflector against a server that lists nothing at version 5 and answers its watches like this, in turn. */
async function reflect(watches: ((res: ServerResponse) => void)[]) {
  const asked: { watch: boolean; version: string | null }[] = [];
  const server = createServer((req: IncomingMessage, res) => {
    const query = new URL(req.url ?? '', 'http://kube').searchParams;
    asked.push({ watch: query.has('watch'), version: query.get('resourceVersion') });
    if (!query.has('watch')) return void res.end('{"metadata":{"resourceVersion":"5"},"items":[]}');
    res.flushHeaders();
    watches.shift()?.(res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = await kubeconfigOf((server.address() as AddressInfo).port);
  const cluster = await connectCluster({ kubeconfig, apiServer: undefined }, 50);
  const store = new ObjectStore<KubeEvent>(() => {});
  const log = createLogger('test', 'silent');
  const warnings: unknown[] = [];
  log.warn = (...said: unknown[]) => void warnings.push(said);
  const options = { cluster, kind: 'Event' as const, namespace: 'default', query: {}, log, silenceMs: SILENCE_MS };
  const reflector = new Reflector(store, options);
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  afterTest(async () => {
    stop.abort();
    await running;
    await cluster.close();
    server.closeAllConnections();
    server.close();
  });
  return { asked, store, reflector, warnings };
}

describe('a watch', () => {
  it('in which nothing is said is opened again at the same place, and nobody is warned', async () => {
    const { asked, store, reflector, warnings } = await reflect([
      () => {},
      () => {},
      (res) => res.write(line('ADDED', event('late', '6'))),
    ]);

    await eventually(() => expect(store.get('late')).toBeDefined());
    expect(asked.slice(0, 4)).toEqual([
      { watch: false, version: null },
      ...Array.from({ length: 3 }, () => ({ watch: true, version: '5' })),
    ]);
    expect({ warnings, problem: reflector.problem }).toEqual({ warnings: [], problem: null });
  });

  it('that breaks off is opened again after what it said, and somebody is warned', async () => {
    const { asked, store, warnings } = await reflect([
      (res) => void res.write(line('ADDED', event('first', '6')), () => res.destroy()),
      (res) => res.write(line('ADDED', event('second', '7'))),
    ]);

    await eventually(() => expect(store.get('second')).toBeDefined());
    expect(store.get('first')).toBeDefined();
    expect(asked.map(({ version }) => version).slice(0, 3)).toEqual([null, '5', '6']);
    expect(warnings).toHaveLength(1);
  });

  it('whose place has been forgotten begins with a list', async () => {
    const { asked, warnings } = await reflect([
      (res) => res.end(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })),
      () => {},
    ]);

    await eventually(() => expect(asked.filter(({ watch }) => watch).length).toBeGreaterThan(1));
    expect(asked.map(({ watch }) => watch).slice(0, 4)).toEqual([false, true, false, true]);
    expect(warnings).toEqual([]);
  });
});
