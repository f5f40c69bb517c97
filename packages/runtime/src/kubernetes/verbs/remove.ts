import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import type { OwnedKind } from '../objects/manifest.js';
import { apiFailure } from '../status/api-failure.js';
import { adopt } from './adopt.js';
import type { RuntimeContext } from './context.js';
import { deleteObject } from './delete-object.js';

/**
 * Begins to delete every object of the resource, relabelled ones included. An `apply` meanwhile stops the removal. The network
 * policy goes last, so that no pod runs without it: `resumeRemoval` deletes it when the last pod is gone; after a restart of
 * this process, the worker calls `remove` again.
 * @throws GatewayError UNAVAILABLE when the API server is unavailable
 */
export async function remove(context: RuntimeContext, { kind, name }: ResourceRef): Promise<void> {
  const { lastApplied, failureConditions, removing, log } = context;
  const ref = { kind, name };
  const key = resourceKey(ref);
  lastApplied.forget(ref);
  failureConditions.clear(ref);
  removing.set(key, 'deleting');
  try {
    await adopt(context, ref);
    await deleteAll(context, ref);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const failure = apiFailure(error);
    log.warn({ ...ref, ...failure }, 'the cluster rejects the removal of a workload');
    failureConditions.set(ref, failure);
  } finally {
    if (removing.has(key)) removing.set(key, 'waiting');
  }
}

async function deleteAll(context: RuntimeContext, ref: ResourceRef): Promise<void> {
  const { state, removing } = context;
  const key = resourceKey(ref);
  const end = async (kind: OwnedKind | 'Pod', object: KubeObject) => {
    if (removing.has(key)) await deleteObject(context, kind, object);
  };
  const own = () => state.of(ref).own;
  for (const { kind, object } of own()) if (kind !== 'NetworkPolicy') await end(kind, object);
  const { statefulSet, pods } = state.of(ref);
  // A StatefulSet that is being deleted deletes its pods itself.
  if (!statefulSet) for (const pod of pods) await end('Pod', pod);
  if (state.of(ref).pods.length > 0) return;
  for (const { kind, object } of own()) if (kind === 'NetworkPolicy') await end(kind, object);
  if (own().length === 0) removing.delete(key);
}

/** Runs at each change of a resource: deletes what had to wait until its pods are gone. */
export function resumeRemoval(context: RuntimeContext, { kind, name }: ResourceRef): void {
  const { state, removing, log } = context;
  const ref = { kind, name };
  if (removing.get(resourceKey(ref)) !== 'waiting' || state.of(ref).pods.length > 0) return;
  remove(context, ref).catch((error: unknown) => {
    log.warn({ err: error, ...ref }, 'a removal stopped; the next change or the next request resumes it');
  });
}
