import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';

/** Looks at something of each resource again and again, and remembers the last result of each. */
export interface Checks<Target, Result> {
  /**
   * The last result; undefined before the first. From now on the target is looked at.
   * @param before counts as the last result of a resource that has not been looked at yet
   */
  check(ref: ResourceRef, target: Target, before?: Result): Result | undefined;
  /** Whether the resource is looked at. */
  has(ref: ResourceRef): boolean;
  forget(ref: ResourceRef): void;
  /** @param listener gets each resource whose result has changed */
  onChange(listener: (ref: ResourceRef) => void): void;
  close(): void;
}

export interface ChecksParts<Target, Result> {
  /** Never rejects. */
  run: (target: Target, last: Result | undefined) => Promise<Result>;
  /** Until the next look. */
  pauseMs: (result: Result) => number;
  isChanged: (last: Result | undefined, result: Result) => boolean;
  /** Whether a result counts for another target of the resource until there is a new one. Default: no. */
  countsFor?: (last: Result, target: Target) => boolean;
  /** More wait for the next round. */
  atOnce: number;
}

const LOOK_MS = 500;

interface Watched<Target, Result> {
  ref: ResourceRef;
  target: Target;
  /** Differs for targets that are looked at in different ways. */
  key: string;
  last: Result | undefined;
  dueAt: number;
  isRunning: boolean;
}

export function checksOf<Target, Result>(parts: ChecksParts<Target, Result>): Checks<Target, Result> {
  const { run, pauseMs, isChanged, countsFor = () => false, atOnce } = parts;
  const watched = new Map<string, Watched<Target, Result>>();
  let running = 0;
  let changed: (ref: ResourceRef) => void = () => {};

  async function look(each: Watched<Target, Result>): Promise<void> {
    running += 1;
    each.isRunning = true;
    const result = await run(each.target, each.last);
    running -= 1;
    each.isRunning = false;
    if (watched.get(resourceKey(each.ref)) !== each) return;
    const { last } = each;
    each.last = result;
    each.dueAt = Date.now() + pauseMs(result) * (0.9 + 0.2 * Math.random());
    if (isChanged(last, result)) changed(each.ref);
  }

  function round(): void {
    const now = Date.now();
    const due = [...watched.values()].filter((each) => !each.isRunning && each.dueAt <= now);
    // Whoever has waited longest: those before in the map would leave nothing to the others.
    for (const each of due.toSorted((a, b) => a.dueAt - b.dueAt)) {
      if (running < atOnce) void look(each);
    }
  }
  const timer = setInterval(round, LOOK_MS).unref();

  return {
    check(ref, target, before) {
      const key = JSON.stringify(target);
      const known = watched.get(resourceKey(ref));
      if (known?.key === key) return known.last;
      const former = known ? known.last : before;
      const last = former !== undefined && countsFor(former, target) ? former : undefined;
      const { kind, name } = ref;
      watched.set(resourceKey(ref), { ref: { kind, name }, target, key, last, dueAt: 0, isRunning: false });
      round();
      return last;
    },
    has: (ref) => watched.has(resourceKey(ref)),
    forget: (ref) => void watched.delete(resourceKey(ref)),
    onChange: (listener) => void (changed = listener),
    close: () => clearInterval(timer),
  };
}
