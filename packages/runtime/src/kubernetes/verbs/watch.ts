import type { WatchListener } from '../../runtime.js';

/** A pod's start is half a dozen changes in a row; they are told as one. */
const GATHER_MS = 50;

/** Tells the listener of changes, each name at most once in 50 ms, until the signal aborts. */
export function batchChanges(listener: WatchListener, signal: AbortSignal): (name: string) => void {
  const names = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return (name) => {
    if (signal.aborted) return;
    names.add(name);
    timer ??= setTimeout(() => {
      timer = undefined;
      const told = [...names];
      names.clear();
      for (const each of told) listener.changed(each);
    }, GATHER_MS);
  };
}
