import type { Logger } from '@mcp-gateway/platform/logging';
import { ABSENT, type Observation } from '../../runtime.js';
import { STARTUP_SECONDS } from '../../health.js';
import type { Workload } from '../../workload.js';
import { ReplicaLogs } from '../logs/replica-logs.js';
import type { ReplicaContext } from '../replica/replica.js';
import { ManagedWorkload } from './managed-workload.js';

export interface SupervisorOptions extends Omit<ReplicaContext, 'logs'> {
  /** The folder of the logs of replicas. */
  logRoot: string;
  /** How long a replica that will go is kept for its sessions to move and what is under way to end. */
  drainMs: number;
  /** How long replicas are kept when no worker watches: long enough for one to be restarted. */
  leaseMs: number;
  log: Logger;
}

/** What has proved right on one machine. */
export const defaultTimes = {
  startMs: STARTUP_SECONDS * 1000,
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
  readonly #logs: ReplicaLogs;
  #lease: NodeJS.Timeout | undefined;

  constructor(private readonly options: SupervisorOptions) {
    this.#logs = new ReplicaLogs(options.logRoot);
  }

  names(): string[] {
    return [...new Set([...this.#workloads.keys(), ...this.#logs.owners().map(({ name }) => name)])];
  }

  observe(name: string): Observation {
    return this.#workloads.get(name)?.observe() ?? this.#leftBehind(name);
  }

  /**
   * One adapter after the other: while there is anything of an earlier one of the name, that goes, and this has to be asked for
   * again.
   */
  apply(workload: Workload) {
    const { name, adapterId } = workload;
    const before = this.observe(name);
    if (before.exists && before.adapterId !== adapterId) return void this.remove(name);
    const existing = this.#workloads.get(name);
    if (existing) return existing.apply(workload);
    try {
      this.#logs.begin({ name, id: adapterId });
    } catch (error) {
      this.options.log.warn({ err: error, name }, 'the logs of a workload cannot be kept');
    }
    const changed = () => this.#changed(name);
    this.#workloads.set(name, new ManagedWorkload(workload, { ...this.options, logs: this.#logs }, changed));
    changed();
  }

  /** Ends every replica and removes their logs. While these cannot be removed, it is there still, to be asked for again. */
  async remove(name: string): Promise<void> {
    if (!this.observe(name).exists) return;
    if (this.#workloads.has(name) && !(await this.#end(name))) return;
    try {
      this.#logs.remove(name);
    } catch (error) {
      return this.options.log.warn({ err: error, name }, 'the logs of a workload that goes cannot be removed');
    }
    this.#workloads.delete(name);
    this.#changed(name);
  }

  /** Logs outlive the supervisor. Whoever asks can tell by the id whether they are to stay. */
  #leftBehind(name: string): Observation {
    const owner = this.#logs.owners().find((each) => each.name === name);
    return owner ? { ...ABSENT, exists: true, adapterId: owner.id } : ABSENT;
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
