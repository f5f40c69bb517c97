import type { Pod } from '../api/objects.js';
import { CONTAINER } from '../objects/container.js';

/** Conditions that are first written together may still fall into two seconds. */
const TOLERANCE_MS = 1_000;

/**
 * Whether a replica has ever passed its health check, also before its process was last started anew. That it has started says
 * so, unless a port that is open is enough for that and not for the check. Of all else, only the `Ready` condition keeps a memory:
 * the kubelet writes it beside `Initialized` before anything runs, and dates it again only when it changes.
 */
export function wasReady({ spec, status }: Pod): boolean {
  const container = status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const condition = (type: string) => status?.conditions?.find((each) => each.type === type);
  const ready = condition('Ready');
  if (ready?.status === 'True') return true;
  const { startupProbe, readinessProbe } = spec.containers.find(({ name }) => name === CONTAINER) ?? {};
  const onlyListens = readinessProbe?.httpGet !== undefined && startupProbe?.httpGet === undefined;
  if (container?.started && !onlyListens) return true;
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  if (!container || (container.restartCount === 0 && !ended && !container.started)) return false;
  const readyChanged = Date.parse(ready?.lastTransitionTime ?? '');
  const initialized = Date.parse(condition('Initialized')?.lastTransitionTime ?? '');
  // What cannot be told is not taken for a failure: a replica that serves must not be removed.
  return !(readyChanged <= initialized + TOLERANCE_MS);
}
