import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { Runtime } from '../runtime.js';
import { createContext } from './verbs/context.js';
import { Watchers } from './verbs/watch.js';
import { apply } from './verbs/apply.js';
import { connectApi, type ApiCallListener } from './api/client.js';
import { observe } from './verbs/observe.js';
import { missingNamespace, readinessGate } from './readiness.js';
import { createInformers } from './informers/informers.js';
import { resumeRemoval, remove } from './verbs/remove.js';
import type { KubernetesSettings } from './settings/settings.js';
import { ClusterState } from './informers/cluster-state.js';

export type { ApiCallListener } from './api/client.js';
export type { KubernetesSettings } from './settings/settings.js';

/** Runs replicas as pods of StatefulSets. The runtime watches the cluster until it is closed. */
export async function kubernetesRuntime(
  settings: KubernetesSettings,
  log: Logger,
  onAnswer?: ApiCallListener,
): Promise<Runtime & { close(): Promise<void> }> {
  const cluster = await connectApi(settings, settings.requestsPerSecond, onAnswer);
  const state = new ClusterState();
  const watchers = new Watchers();
  const notify = (ref: ResourceRef) => watchers.notify(ref);
  const context = createContext({ settings, cluster, state, log }, notify);
  state.onChange(notify);
  state.onChange((ref) => resumeRemoval(context, ref));

  const closing = new AbortController();
  const watches = createInformers(state, { ...settings, cluster, log });
  const running = Promise.all(watches.map((watch) => watch.run(closing.signal)));
  const { synced, ready } = readinessGate(watches, () => missingNamespace(cluster, settings.namespace));

  return {
    async observe(ref) {
      await ready();
      return observe(context, ref, new Date());
    },
    async apply(desired) {
      await ready();
      await apply(context, desired);
    },
    async remove(ref) {
      await ready();
      await remove(context, ref);
    },
    async list() {
      await ready();
      return state.list();
    },
    watch(listener, signal) {
      watchers.add(listener, synced, signal);
    },
    async close() {
      closing.abort();
      watchers.close();
      context.failureConditions.close();
      await running;
      await cluster.close();
    },
  };
}
