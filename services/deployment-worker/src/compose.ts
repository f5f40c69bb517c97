import type { ResourceKind } from '@mcp-gateway/common/contracts';
import type { ResourceCount } from '@mcp-gateway/database';
import { readConfig } from '@mcp-gateway/platform/config';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { routePublisher } from '@mcp-gateway/routing';
import { reconcileQueue, type ReconcileQueue } from '@mcp-gateway/routing/queue';
import type { Runtime } from '@mcp-gateway/runtime';
import type { ApiCallListener } from '@mcp-gateway/runtime/kubernetes';
import { kubernetesFields, kubernetesSettings } from '@mcp-gateway/runtime/kubernetes/configuration';
import { processRuntime } from '@mcp-gateway/runtime/process';
import { z } from 'zod';
import { consume } from './consume.js';
import type { Documents } from './documents/documents.js';
import type { ManagedKind } from './kinds.js';
import type { WorkerMetrics } from './metrics.js';
import { reconciler, reconcilers } from './reconcile.js';
import type { RemoteServers } from './remote/remote-servers.js';
import { routeRestorer } from './routes.js';
import { resync } from './resync.js';

const ProcessConfig = z.object({
  PROCESS_SUPERVISOR: z.string().describe('the path of the Unix socket on which the process supervisor listens'),
});

/**
 * The runtime that RUNTIME names, with its own part of the configuration.
 * @param onAnswer is called for each answer of the Kubernetes API
 * @throws ConfigError when that is not complete
 */
export async function chooseRuntime(
  name: 'process' | 'kubernetes',
  environment: Record<string, string | undefined>,
  log: Logger,
  onAnswer?: ApiCallListener,
): Promise<Runtime & { close(): Promise<void> }> {
  if (name === 'process') return processRuntime(readConfig(ProcessConfig, environment).PROCESS_SUPERVISOR);
  const settings = kubernetesSettings(readConfig(z.object(kubernetesFields), environment));
  // Loaded only here: who runs processes has no cluster.
  const { kubernetesRuntime } = await import('@mcp-gateway/runtime/kubernetes');
  return kubernetesRuntime(settings, log, onAnswer);
}

export interface WorkerParts {
  kinds: readonly ManagedKind[];
  /** For the gauges; called at each scrape. */
  countResources: () => Promise<ResourceCount[]>;
  runtime: Runtime;
  /** Connected. The caller closes it after the worker. */
  redis: RedisClient;
  prefix: string;
  /** Those that the kinds check; the caller closes them. Undefined when no adapter is remote. */
  remotes?: Pick<RemoteServers, 'onChange'> | undefined;
  /** The same of documents of tools. */
  documents?: Pick<Documents, 'onChange'> | undefined;
  metrics?: WorkerMetrics | undefined;
  now?: () => Date;
  log: Logger;
}

export interface DeploymentWorker {
  queue: ReconcileQueue;
  /** Resolves when the last run has ended. Leaves no timer, no watch and no connection of its own. */
  close(): Promise<void>;
}

/** A worker that runs: it takes jobs from the queue, reconciles what they name, and queues what no job names. */
export function composeWorker(parts: WorkerParts): DeploymentWorker {
  const {
    kinds,
    countResources,
    runtime,
    redis,
    prefix,
    remotes,
    documents,
    metrics,
    now = () => new Date(),
    log,
  } = parts;
  const queue = reconcileQueue(redis, prefix);
  const routes = routePublisher(redis, prefix);
  const byKind: Partial<Record<ResourceKind, (name: string) => Promise<void>>> = {};
  for (const kind of kinds)
    byKind[kind.kind] = reconciler({ kind, runtime: kind.runtime ?? runtime, routes, now, log });
  const reconcile = reconcilers(byKind, log);
  const stopConsumer = consume({ redis, prefix, reconcile: metrics?.reconciling(reconcile) ?? reconcile, log });
  metrics?.watch({ redis, queue, resources: countResources });
  for (const changing of [remotes, documents]) {
    changing?.onChange((ref) => {
      const failed = (error: unknown) =>
        log.warn({ err: error, ...ref }, 'a changed server or document was not queued');
      queue.reconcile(ref).catch(failed);
    });
  }
  const restoreRoutes = routeRestorer({ kinds, runtime, routes, now, log });
  const stopResync = resync({ kinds, runtime, routes, queue, restoreRoutes, log });
  return {
    queue,
    async close() {
      await stopResync();
      await stopConsumer();
      await queue.close();
    },
  };
}
