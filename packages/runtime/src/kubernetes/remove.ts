import { ApiError } from './api/api-error.js';
import type { KubeObject } from './api/objects.js';
import { deleteObject } from './delete-object.js';
import type { OwnKind } from './objects/manifest.js';
import type { Parts } from './parts.js';
import { reclaim } from './reclaim.js';
import { refusalOf } from './status/refusal.js';

/**
 * Begins to delete whatever is ours, also what somebody has relabelled, until somebody applies it again. The network policy
 * goes last, so that no pod is ever without it: `goOnRemoving` sees to that, and after a restart whoever calls this again.
 * @throws GatewayError UNAVAILABLE when the API server cannot be reached
 */
export async function remove(parts: Parts, adapter: string): Promise<void> {
  const { applied, refusals, removing, log } = parts;
  applied.forget(adapter);
  refusals.clear(adapter);
  removing.set(adapter, 'going');
  try {
    await reclaim(parts, adapter);
    await deleteAll(parts, adapter);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const refusal = refusalOf(error);
    log.warn({ name: adapter, ...refusal }, 'the removal is refused');
    refusals.set(adapter, refusal);
  } finally {
    if (removing.has(adapter)) removing.set(adapter, 'waiting');
  }
}

async function deleteAll(parts: Parts, adapter: string): Promise<void> {
  const { state, removing } = parts;
  const end = async (kind: OwnKind | 'Pod', object: KubeObject) => {
    if (removing.has(adapter)) await deleteObject(parts, kind, object);
  };
  const own = () => state.of(adapter).own;
  for (const { kind, object } of own()) if (kind !== 'NetworkPolicy') await end(kind, object);
  const { statefulSet, pods } = state.of(adapter);
  // Else it deletes them itself.
  if (!statefulSet) for (const pod of pods) await end('Pod', pod);
  if (state.of(adapter).pods.length > 0) return;
  for (const { kind, object } of own()) if (kind === 'NetworkPolicy') await end(kind, object);
  if (own().length === 0) removing.delete(adapter);
}

/** For each change of an adapter: removes what had to wait for its pods to be gone. */
export function goOnRemoving(parts: Parts, adapter: string): void {
  const { state, removing, log } = parts;
  if (removing.get(adapter) !== 'waiting' || state.of(adapter).pods.length > 0) return;
  remove(parts, adapter).catch((error: unknown) => {
    log.warn({ err: error, name: adapter }, 'a removal stopped; it goes on with the next change or the next request');
  });
}
