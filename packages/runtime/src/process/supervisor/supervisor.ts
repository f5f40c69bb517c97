import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import { ABSENT, type Observation } from '../../runtime.js';
import { STARTUP_SECONDS } from '../../health.js';
import type { DesiredWorkload } from '../../workload.js';
import { ReplicaLogs } from '../logs/replica-logs.js';
import type { ReplicaContext } from '../replica/replica.js';
import { ManagedWorkload } from './managed-workload.js';

export interface SupervisorOptions extends Omit<ReplicaContext, 'logs'> {
  /** The folder for the logs of replicas. */
  logRoot: string;
  /** How long a replica drains: its sessions move, and its requests finish. */
  drainMs: number;
  /** How long replicas run on when no worker watches: long enough for a restart of the worker. */
  leaseMs: number;
  log: Logger;
}

/** Times that suit a single machine. */
export const defaultTimes = {
  startMs: STARTUP_SECONDS * 1000,
  leaseMs: 600_000,
  stopGraceSeconds: 4,
} satisfies Partial<SupervisorOptions>;

/**
 * Does on one machine what the kubelet and the StatefulSet controller do in a cluster: it keeps the replicas of the workloads running,
 * also while no worker is connected. When no worker connects within the lease, the replicas end.
 */
export class Supervisor {
  readonly #workloads = new Map<string, ManagedWorkload>();
  readonly #watchers = new Set<(ref: ResourceRef) => void>();
  readonly #logs: ReplicaLogs;
  #lease: NodeJS.Timeout | undefined;

  constructor(private readonly options: SupervisorOptions) {
    this.#logs = new ReplicaLogs(options.logRoot);
  }

  list(): ResourceRef[] {
    const refs = [...[...this.#workloads.values()].map(({ ref }) => ref), ...this.#logs.owners()];
    return [...new Map(refs.map(({ kind, name }) => [resourceKey({ kind, name }), { kind, name }])).values()];
  }

  observe(ref: ResourceRef): Observation {
    return this.#workloads.get(resourceKey(ref))?.observe() ?? this.#orphanedLogs(ref);
  }

  /**
   * Starts or changes a workload. While anything of an earlier resource of the same name exists, `apply` removes that instead, and
   * the worker has to apply again.
   */
  apply(desired: DesiredWorkload) {
    const { kind, name, resourceId } = desired.workload;
    const ref = { kind, name };
    const before = this.observe(ref);
    if (before.exists && before.resourceId !== resourceId) return void this.remove(ref);
    const existing = this.#workloads.get(resourceKey(ref));
    if (existing) return existing.apply(desired);
    try {
      this.#logs.begin({ ...ref, id: resourceId });
    } catch (error) {
      this.options.log.warn({ err: error, ...ref }, 'the logs of a workload cannot be kept');
    }
    const changed = () => this.#changed(ref);
    this.#workloads.set(resourceKey(ref), new ManagedWorkload(desired, { ...this.options, logs: this.#logs }, changed));
    changed();
  }

  /** Ends every replica and removes the logs. While the logs cannot be removed, the workload still exists, and the worker tries again. */
  async remove({ kind, name }: ResourceRef): Promise<void> {
    const ref = { kind, name };
    const key = resourceKey(ref);
    if (!this.observe(ref).exists) return;
    if (this.#workloads.has(key) && !(await this.#end(key))) return;
    try {
      this.#logs.remove(ref);
    } catch (error) {
      return this.options.log.warn({ err: error, ...ref }, 'the logs of a removed workload cannot be removed');
    }
    this.#workloads.delete(key);
    this.#changed(ref);
  }

  /** Logs outlive the supervisor. The worker decides by the id whether they stay. */
  #orphanedLogs(ref: ResourceRef): Observation {
    const owner = this.#logs.owners().find((each) => resourceKey(each) === resourceKey(ref));
    return owner ? { ...ABSENT, exists: true, resourceId: owner.id } : ABSENT;
  }

  /** Ends every replica and keeps the logs, which may contain the cause. */
  async endAll(): Promise<void> {
    await Promise.all(
      [...this.#workloads.keys()].map(async (key) => {
        if (await this.#end(key)) this.#workloads.delete(key);
      }),
    );
  }

  /** False when there is no workload, or when it was applied again in the meantime. */
  async #end(key: string): Promise<boolean> {
    const workload = this.#workloads.get(key);
    return workload !== undefined && (await workload.remove()) && this.#workloads.get(key) === workload;
  }

  /** Calls the listener for every change until the returned function is called. A watch renews the lease of the replicas. */
  watch(listener: (ref: ResourceRef) => void): () => void {
    this.#watchers.add(listener);
    clearTimeout(this.#lease);
    return () => {
      if (!this.#watchers.delete(listener) || this.#watchers.size > 0) return;
      this.#lease = setTimeout(() => {
        this.options.log.warn('no worker connected within the lease; ending all replicas');
        void this.endAll();
      }, this.options.leaseMs);
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#lease);
    this.#watchers.clear();
    await this.endAll();
  }

  #changed(ref: ResourceRef) {
    for (const watcher of this.#watchers) watcher(ref);
  }
}
