import type { Logger } from '@mcp-gateway/platform/logging';
import type { Runtime } from '../runtime.js';
import { apply } from './apply.js';
import { connectCluster, type ApiListener } from './api/cluster.js';
import { Applied } from './applied.js';
import { observe } from './observe.js';
import type { Parts } from './parts.js';
import { missingNamespace, readiness } from './readiness.js';
import { reflections } from './reflections.js';
import { Refusals } from './refusals.js';
import { goOnRemoving, remove } from './remove.js';
import type { KubernetesSettings } from './settings.js';
import { ClusterState } from './store/cluster-state.js';
import { gather } from './watch.js';

/** Replicas as pods of StatefulSets. Watches the cluster from the start until it is closed. */
export async function kubernetesRuntime(
  settings: KubernetesSettings,
  log: Logger,
  onAnswer?: ApiListener,
): Promise<Runtime & { close(): Promise<void> }> {
  const cluster = await connectCluster(settings, settings.requestsPerSecond, onAnswer);
  const state = new ClusterState();
  const told = new Set<(name: string) => void>();
  const tell = (name: string) => told.forEach((each) => each(name));
  state.onChange(tell);
  const parts: Parts = {
    settings,
    cluster,
    state,
    log,
    applied: new Applied(),
    refusals: new Refusals(tell),
    removing: new Map(),
  };
  state.onChange((name) => goOnRemoving(parts, name));

  const closing = new AbortController();
  const watches = reflections(state, { ...settings, cluster, log });
  const running = Promise.all(watches.map((watch) => watch.run(closing.signal)));
  const { synced, ready } = readiness(watches, () => missingNamespace(cluster, settings.namespace));

  return {
    async observe(name) {
      await ready();
      return observe(parts, name, new Date());
    },
    async apply(workload) {
      await ready();
      await apply(parts, workload);
    },
    async remove(name) {
      await ready();
      await remove(parts, name);
    },
    async names() {
      await ready();
      return state.names();
    },
    watch(listener, signal) {
      const changed = gather(listener, signal);
      told.add(changed);
      signal.addEventListener('abort', () => told.delete(changed), { once: true });
      void synced.then(() => signal.aborted || listener.synced());
    },
    async close() {
      closing.abort();
      parts.refusals.close();
      await running;
      await cluster.close();
    },
  };
}
