import type { Pod } from '../api/objects.js';
import { CONTAINER } from '../objects/container.js';

/** Conditions that are first written together may still fall into two seconds. */
const TOLERANCE_MS = 1_000;

/**
 * Whether a replica has ever passed its startup probe, also before its process was last started anew. Of that, only the
 * `Ready` condition keeps a memory: the kubelet writes it beside `Initialized` before anything runs, and dates it again only
 * when it changes.
 */
export function hasServed({ status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  const ready = condition('Ready');
  if (container?.started || ready?.status === 'True') return true;
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (!container || (container.restartCount === 0 && !ended)) return false;
  const readyChanged = Date.parse(ready?.lastTransitionTime ?? '');
  const initialized = Date.parse(condition('Initialized')?.lastTransitionTime ?? '');
  // What cannot be told is not taken for a failure: a replica that serves must not be removed.
  return !(readyChanged <= initialized + TOLERANCE_MS);
}
