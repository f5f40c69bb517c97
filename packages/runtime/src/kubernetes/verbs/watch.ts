import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { WatchListener } from '../../runtime.js';

/** The start of a pod is half a dozen changes in a row; listeners get them as one. */
const BATCH_MS = 50;

/** The listeners of `watch`. */
export class Watchers {
  readonly #changed = new Set<(ref: ResourceRef) => void>();
  readonly #closing = new AbortController();

  /** Calls the listener until the signal aborts. `synced` resolves when the runtime has seen the whole cluster. */
  add(listener: WatchListener, synced: Promise<unknown>, stop: AbortSignal): void {
    const signal = AbortSignal.any([stop, this.#closing.signal]);
    const changed = batchChanges(listener, signal);
    this.#changed.add(changed);
    signal.addEventListener('abort', () => this.#changed.delete(changed), { once: true });
    void synced.then(() => signal.aborted || listener.synced());
  }

  /** Reports a change of a resource to every listener. */
  notify(ref: ResourceRef): void {
    for (const changed of this.#changed) changed(ref);
  }

  /** Cancels what is still to be reported, and ends every watch. */
  close(): void {
    this.#closing.abort();
  }
}

/** Reports changes to the listener, each resource at most once in 50 ms, until the signal aborts. */
export function batchChanges(listener: WatchListener, signal: AbortSignal): (ref: ResourceRef) => void {
  const changed = new Map<string, ResourceRef>();
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return (ref) => {
    if (signal.aborted) return;
    changed.set(resourceKey(ref), ref);
    timer ??= setTimeout(() => {
      timer = undefined;
      const batch = [...changed.values()];
      changed.clear();
      for (const each of batch) listener.changed(each);
    }, BATCH_MS);
  };
}
