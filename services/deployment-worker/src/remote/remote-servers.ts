import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Egress } from '@mcp-gateway/platform/egress';
import { checkRemote, type RemoteCheck, type RemoteTarget } from './check.js';

/** Checks the servers of remote adapters again and again, and remembers the last result of each. */
export interface RemoteServers {
  /** The last result; undefined before the first. From now on the server is checked. */
  check(ref: ResourceRef, target: RemoteTarget): RemoteCheck | undefined;
  forget(ref: ResourceRef): void;
  /** @param listener gets each adapter whose result has changed */
  onChange(listener: (ref: ResourceRef) => void): void;
  close(): void;
}

export interface RemoteServersParts {
  egress: Egress;
  /** Between two checks of a server. */
  everyMs?: number;
}

const EVERY_MS = 15_000;
const LOOK_MS = 500;
/** More wait for the next look. */
const AT_ONCE = 16;

interface Watched {
  ref: ResourceRef;
  target: RemoteTarget;
  /** Differs for targets that are checked in different ways. */
  key: string;
  last: RemoteCheck | undefined;
  dueAt: number;
  isRunning: boolean;
}

export function remoteServers({ egress, everyMs = EVERY_MS }: RemoteServersParts): RemoteServers {
  const watched = new Map<string, Watched>();
  let running = 0;
  let changed: (ref: ResourceRef) => void = () => {};

  async function run(each: Watched): Promise<void> {
    const { key } = each;
    running += 1;
    each.isRunning = true;
    const result = await checkRemote(each.target, egress);
    running -= 1;
    each.isRunning = false;
    if (watched.get(resourceKey(each.ref)) !== each || each.key !== key) return;
    const { last } = each;
    each.last = result;
    each.dueAt = Date.now() + everyMs * (0.9 + 0.2 * Math.random());
    if (last?.message !== result.message || last.reason !== result.reason) changed(each.ref);
  }

  function look(): void {
    const now = Date.now();
    for (const each of watched.values()) {
      if (running < AT_ONCE && !each.isRunning && each.dueAt <= now) void run(each);
    }
  }
  const timer = setInterval(look, LOOK_MS).unref();

  return {
    check(ref, target) {
      const key = JSON.stringify(target);
      const known = watched.get(resourceKey(ref));
      if (known?.key === key) return known.last;
      const { kind, name } = ref;
      watched.set(resourceKey(ref), { ref: { kind, name }, target, key, last: undefined, dueAt: 0, isRunning: false });
      look();
      return undefined;
    },
    forget: (ref) => void watched.delete(resourceKey(ref)),
    onChange: (listener) => void (changed = listener),
    close: () => clearInterval(timer),
  };
}
