import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import { deleteObject } from './delete-object.js';
import type { OwnedKind } from '../objects/manifest.js';
import type { RuntimeContext } from './context.js';
import { adopt } from './adopt.js';
import { apiFailure } from '../status/api-failure.js';

/**
 * Begins to delete whatever is ours, also what somebody has relabelled, until somebody applies it again. The network policy
 * goes last, so that no pod is ever without it: `resumeRemoval` sees to that, and after a restart whoever calls this again.
 * @throws GatewayError UNAVAILABLE when the API server cannot be reached
 */
export async function remove(context: RuntimeContext, adapter: string): Promise<void> {
  const { lastApplied, failureConditions, removing, log } = context;
  lastApplied.forget(adapter);
  failureConditions.clear(adapter);
  removing.set(adapter, 'going');
  try {
    await adopt(context, adapter);
    await deleteAll(context, adapter);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const failure = apiFailure(error);
    log.warn({ name: adapter, ...failure }, 'the removal is refused');
    failureConditions.set(adapter, failure);
  } finally {
    if (removing.has(adapter)) removing.set(adapter, 'waiting');
  }
}

async function deleteAll(context: RuntimeContext, adapter: string): Promise<void> {
  const { state, removing } = context;
  const end = async (kind: OwnedKind | 'Pod', object: KubeObject) => {
    if (removing.has(adapter)) await deleteObject(context, kind, object);
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
export function resumeRemoval(context: RuntimeContext, adapter: string): void {
  const { state, removing, log } = context;
  if (removing.get(adapter) !== 'waiting' || state.of(adapter).pods.length > 0) return;
  remove(context, adapter).catch((error: unknown) => {
    log.warn({ err: error, name: adapter }, 'a removal stopped; it goes on with the next change or the next request');
  });
}
