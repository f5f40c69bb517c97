import { createHook } from 'node:async_hooks';
import { afterTest } from './clean-up.js';

export interface OwnTimers {
  /** Timers that are set later do not count. */
  stop(): void;
  /** Those that have neither fired nor been cleared. */
  left(): number;
}

/** Whether the code that sets a timer just now is not of a library. */
function isOwn(): boolean {
  const frames = new Error('the stack').stack?.split('\n').slice(1) ?? [];
  return frames.find((frame) => !/[ (]node:|timers\.ts:/.test(frame))?.includes('/node_modules/') !== true;
}

/**
 * Follows the timers that the code of the gateway sets from now on, also those that do not keep the process alive. Timers of
 * libraries, such as the time limit of a Redis command, do not count.
 */
export function followTimers(): OwnTimers {
  const timers = new Set<number>();
  let isStopped = false;
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && !isStopped && isOwn() && timers.add(id)),
    destroy: (id) => void timers.delete(id),
  }).enable();
  afterTest(() => hook.disable());
  return { stop: () => void (isStopped = true), left: () => timers.size };
}
