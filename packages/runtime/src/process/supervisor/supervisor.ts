import { rm } from 'node:fs/promises';
import type { Logger } from '@mcp-gateway/common/logging';
import { ABSENT, type Observation } from '../../runtime.js';
import type { Workload } from '../../workload.js';
import { logFolder } from '../log-files.js';
import { ManagedWorkload } from './managed-workload.js';
import type { ReplicaContext } from './replica.js';

export interface SupervisorOptions extends ReplicaContext {
  /** How long a replica that will go is kept for its sessions to move and what is under way to end. */
  drainMs: number;
  /** How long replicas are kept when no worker watches: long enough for one to be restarted. */
  leaseMs: number;
  log: Logger;
}

/** What has proved right on one machine. */
export const usualTimes = {
  leaseMs: 600_000,
  stopGraceSeconds: 4,
} satisfies Partial<SupervisorOptions>;

/**
 * What the kubelet and the StatefulSet controller are in a cluster: holds the workloads of this machine and keeps
 * their replicas running, also while the worker is away. When no worker comes back, the replicas end.
 */
export class Supervisor {
  readonly #workloads = new Map<string, ManagedWorkload>();
  readonly #watchers = new Set<(name: string) => void>();
  #lease: NodeJS.Timeout | undefined;

  constructor(private readonly options: SupervisorOptions) {}

  names(): string[] {
    return [...this.#workloads.keys()];
  }

  observe(name: string): Observation {
    return this.#workloads.get(name)?.observe() ?? ABSENT;
  }

  apply(workload: Workload) {
    const existing = this.#workloads.get(workload.name);
    if (existing) return existing.apply(workload);
    const changed = () => this.#changed(workload.name);
    this.#workloads.set(workload.name, new ManagedWorkload(workload, this.options, changed));
    changed();
  }

  /** Ends every replica and removes their logs. While these cannot be removed, it is there still, to be asked for again. */
  async remove(name: string): Promise<void> {
    if (!(await this.#end(name))) return;
    try {
      await rm(logFolder(this.options.logRoot, name), { recursive: true, force: true });
    } catch (error) {
      return this.options.log.warn({ err: error, name }, 'the logs of a workload that goes cannot be removed');
    }
    if (!this.observe(name).removing) return; // asked for again in the meantime
    this.#workloads.delete(name);
    this.#changed(name);
  }

  /** Ends everything and keeps the logs, which may say why it had to end. */
  async endAll(): Promise<void> {
    await Promise.all(
      this.names().map(async (name) => {
        if (await this.#end(name)) this.#workloads.delete(name);
      }),
    );
  }

  /** False when there is nothing to end, or it was asked for again in the meantime. */
  async #end(name: string): Promise<boolean> {
    const workload = this.#workloads.get(name);
    return workload !== undefined && (await workload.remove()) && this.#workloads.get(name) === workload;
  }

  /** Calls back for every change until the returned function is called. Somebody who watches keeps the replicas alive. */
  watch(listener: (name: string) => void): () => void {
    this.#watchers.add(listener);
    clearTimeout(this.#lease);
    return () => {
      if (!this.#watchers.delete(listener) || this.#watchers.size > 0) return;
      this.#lease = setTimeout(() => {
        this.options.log.warn('no worker came back; ending all replicas');
        void this.endAll();
      }, this.options.leaseMs);
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#lease);
    this.#watchers.clear();
    await this.endAll();
  }

  #changed(name: string) {
    for (const watcher of this.#watchers) watcher(name);
  }
}
