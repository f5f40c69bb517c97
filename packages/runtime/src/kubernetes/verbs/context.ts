import { type ResourceRef, resourceKey } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { ApiClient } from '../api/client.js';
import type { ClusterState } from '../informers/cluster-state.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { LastApplied } from './last-applied.js';
import type { Failure } from '../../runtime.js';

/** The parts that every verb works with. */
export interface RuntimeContext {
  settings: KubernetesSettings;
  cluster: ApiClient;
  state: ClusterState;
  log: Logger;
  lastApplied: LastApplied;
  failureConditions: FailureConditions;
  /** Resources under removal, by `resourceKey`: their objects are being deleted, or their pods have yet to end. */
  removing: Map<string, 'deleting' | 'waiting'>;
}

/** @param retry makes the worker reconcile a resource again */
export const createContext = (
  given: Pick<RuntimeContext, 'settings' | 'cluster' | 'state' | 'log'>,
  retry: (ref: ResourceRef) => void,
): RuntimeContext => ({
  ...given,
  lastApplied: new LastApplied(),
  failureConditions: new FailureConditions(retry),
  removing: new Map(),
});

/** The cluster does not report when a cause is gone: a missing right, a policy, an object of the same name. So the runtime retries. */
const RETRY_MS = 10_000;

/** Why the cluster rejected the last apply or removal of a resource. Each condition ends after a while, and the worker tries again. */
export class FailureConditions {
  readonly #failures = new Map<string, { failure: Failure; timer: NodeJS.Timeout }>();

  constructor(
    private readonly retry: (ref: ResourceRef) => void,
    private readonly retryMs = RETRY_MS,
  ) {}

  get(ref: ResourceRef): Failure | null {
    return this.#failures.get(resourceKey(ref))?.failure ?? null;
  }

  set({ kind, name }: ResourceRef, failure: Failure): void {
    const ref = { kind, name };
    this.clear(ref);
    const timer = setTimeout(() => {
      this.#failures.delete(resourceKey(ref));
      this.retry(ref);
    }, this.retryMs);
    timer.unref();
    this.#failures.set(resourceKey(ref), { failure, timer });
  }

  clear(ref: ResourceRef): void {
    clearTimeout(this.#failures.get(resourceKey(ref))?.timer);
    this.#failures.delete(resourceKey(ref));
  }

  /** Cancels every retry. */
  close(): void {
    for (const { timer } of this.#failures.values()) clearTimeout(timer);
    this.#failures.clear();
  }
}
