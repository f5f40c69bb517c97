import { ApiError } from './api/api-error.js';
import { deleteObject } from './delete-object.js';
import type { Parts } from './parts.js';
import { refusalOf } from './status/refusal.js';

/**
 * Begins to delete whatever is ours, and goes on with it when called again: the network policy goes last, so that no pod is
 * without it.
 * @throws GatewayError UNAVAILABLE when the API server cannot be reached
 */
export async function remove(parts: Parts, adapter: string): Promise<void> {
  const { state, applied, refusals, log } = parts;
  applied.forget(adapter);
  refusals.clear(adapter);
  try {
    for (const { kind, object } of state.of(adapter).own) {
      if (kind === 'NetworkPolicy' && state.of(adapter).pods.length > 0) continue;
      await deleteObject(parts, kind, object);
    }
    const { statefulSet, pods } = state.of(adapter);
    if (statefulSet) return; // it deletes them itself
    for (const pod of pods) await deleteObject(parts, 'Pod', pod);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const refusal = refusalOf(error);
    log.warn({ name: adapter, ...refusal }, 'the removal is refused');
    refusals.set(adapter, refusal);
  }
}
