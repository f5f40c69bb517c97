import type { Logger } from '@mcp-gateway/platform/logging';
import type { Runtime } from '../runtime.js';
import { apply } from './verbs/apply.js';
import { connectApi, type ApiCallListener } from './api/client.js';
import { LastApplied } from './verbs/last-applied.js';
import { observe } from './verbs/observe.js';
import type { RuntimeContext } from './verbs/context.js';
import { missingNamespace, readiness } from './readiness.js';
import { informers } from './informers/informers.js';
import { FailureConditions } from './verbs/failure-conditions.js';
import { resumeRemoval, remove } from './verbs/remove.js';
import type { KubernetesSettings } from './settings/settings.js';
import { ClusterState } from './informers/cluster-state.js';
import { batchChanges } from './verbs/watch.js';

/** Replicas as pods of StatefulSets. Watches the cluster from the start until it is closed. */
export async function kubernetesRuntime(
  settings: KubernetesSettings,
  log: Logger,
  onAnswer?: ApiCallListener,
): Promise<Runtime & { close(): Promise<void> }> {
  const cluster = await connectApi(settings, settings.requestsPerSecond, onAnswer);
  const state = new ClusterState();
  const told = new Set<(name: string) => void>();
  const tell = (name: string) => told.forEach((each) => each(name));
  state.onChange(tell);
  const context: RuntimeContext = {
    settings,
    cluster,
    state,
    log,
    lastApplied: new LastApplied(),
    failureConditions: new FailureConditions(tell),
    removing: new Map(),
  };
  state.onChange((name) => resumeRemoval(context, name));

  const closing = new AbortController();
  const watches = informers(state, { ...settings, cluster, log });
  const running = Promise.all(watches.map((watch) => watch.run(closing.signal)));
  const { synced, ready } = readiness(watches, () => missingNamespace(cluster, settings.namespace));

  return {
    async observe(name) {
      await ready();
      return observe(context, name, new Date());
    },
    async apply(workload) {
      await ready();
      await apply(context, workload);
    },
    async remove(name) {
      await ready();
      await remove(context, name);
    },
    async names() {
      await ready();
      return state.names();
    },
    watch(listener, signal) {
      const changed = batchChanges(listener, signal);
      told.add(changed);
      signal.addEventListener('abort', () => told.delete(changed), { once: true });
      void synced.then(() => signal.aborted || listener.synced());
    },
    async close() {
      closing.abort();
      context.failureConditions.close();
      await running;
      await cluster.close();
    },
  };
}
