import { GatewayError } from '@mcp-gateway/common/errors';
import { ApiError } from './api/api-error.js';
import { deleteObject } from './delete-object.js';
import type { Parts } from './parts.js';
import { reclaim } from './reclaim.js';
import { refusalOf } from './status/refusal.js';

/**
 * Begins to delete whatever is ours, also what somebody has relabelled. The network policy goes last, so that no pod is ever without it: `goOnRemoving` sees to
 * that, and after a restart whoever calls this again.
 * @throws GatewayError UNAVAILABLE when the API server cannot be reached
 */
export async function remove(parts: Parts, adapter: string): Promise<void> {
  const { state, applied, refusals, removing, log } = parts;
  applied.forget(adapter);
  refusals.clear(adapter);
  removing.add(adapter);
  try {
    await reclaim(parts, adapter);
    for (const { kind, object } of state.of(adapter).own) {
      if (kind === 'NetworkPolicy' && state.of(adapter).pods.length > 0) continue;
      await deleteObject(parts, kind, object);
    }
    const { statefulSet, pods } = state.of(adapter);
    if (statefulSet) return; // it deletes them itself
    for (const pod of pods) await deleteObject(parts, 'Pod', pod);
    if (state.of(adapter).own.length === 0) removing.delete(adapter);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const refusal = refusalOf(error);
    log.warn({ name: adapter, ...refusal }, 'the removal is refused');
    refusals.set(adapter, refusal);
  }
}

/** For each change of an adapter: removes what had to wait for its pods to be gone. */
export function goOnRemoving(parts: Parts, adapter: string): void {
  const { state, removing, log } = parts;
  if (!removing.has(adapter) || state.of(adapter).pods.length > 0) return;
  removing.delete(adapter);
  remove(parts, adapter).catch((error: unknown) => {
    if (error instanceof GatewayError) removing.add(adapter);
    log.warn({ err: error, name: adapter }, 'a removal stopped; it goes on with the next change or the next request');
  });
}
