import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Failure } from '../../runtime.js';

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
