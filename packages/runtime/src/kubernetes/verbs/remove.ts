import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import { ApiError, apiFailure } from '../api/errors.js';
import { type KubeObject, isTerminating } from '../api/types.js';
import { type OwnedKind, ownObjects } from '../objects/manifest.js';
import type { RuntimeContext } from './context.js';
import { deleteObject } from './delete-object.js';
import { apiPath } from '../api/paths.js';
import { isFieldManager } from '../ownership/owner.js';
import { fieldManagerOf, selectorLabels } from '../ownership/labels.js';

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

/**
 * Restores the owner labels of objects that this gateway created and that were relabelled since. Only then do the informers
 * see the objects and their end.
 * @throws ApiError when the cluster rejects the change
 */
async function adopt(context: RuntimeContext, ref: ResourceRef): Promise<void> {
  const { cluster, state, settings } = context;
  for (const { kind, name } of ownObjects(ref)) {
    if (state.storeOf(kind).get(name)) continue;
    const found = await read(context, kind, name);
    if (!found || isTerminating(found) || !isFieldManager(settings.gateway, found)) continue;
    const labels = selectorLabels(settings.gateway, ref);
    const answer = (await cluster.call({
      method: 'PATCH',
      path: apiPath(kind, settings.namespace, name),
      // A field manager of its own: an apply removes the fields that its manager applied before and does not repeat.
      query: { fieldManager: `${fieldManagerOf(settings.gateway)}/labels`, force: 'true' },
      // With the uid, the apply does not create an object that is gone by now.
      body: { apiVersion: found.apiVersion, kind, metadata: { name, uid: found.metadata.uid, labels } },
    })) as KubeObject;
    state.storeOf(kind).put(answer);
  }
}

async function read({ cluster, settings }: RuntimeContext, kind: OwnedKind, name: string): Promise<KubeObject | null> {
  try {
    return (await cluster.call({ method: 'GET', path: apiPath(kind, settings.namespace, name) })) as KubeObject;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
