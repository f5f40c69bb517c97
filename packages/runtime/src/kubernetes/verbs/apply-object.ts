import { GatewayError } from '@mcp-gateway/common/errors';
import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import { pathOf } from '../api/paths.js';
import { isAutoscaled } from '../settings/settings.js';
import { isFieldManager, isOwnedBy } from '../ownership/owner.js';
import { ADAPTER, ADAPTER_ID, fieldManagerOf } from '../ownership/labels.js';
import type { Manifest } from '../objects/manifest.js';
import type { Failure } from '../../runtime.js';
import { deleteObject } from './delete-object.js';
import { nameConflict } from './conflict.js';
import type { RuntimeContext } from './context.js';

/**
 * One server-side apply. An object that is not ours is not overwritten: somebody else's has the name then. The watch shows
 * theirs; of one that is made in this very moment, conflicts of fields do.
 * @throws ApiError when the cluster refuses it
 */
export async function applyObject(context: RuntimeContext, manifest: Manifest): Promise<KubeObject | Failure> {
  const { kind, metadata } = manifest;
  const known = context.state.storeOf(kind).get(metadata.name) !== undefined;
  const taken = nameConflict(kind, metadata.name, metadata.namespace);
  const unmarked = !known && context.state.others[kind].get(metadata.name) !== undefined;
  if (unmarked && !(await isOurs(context, manifest))) return taken;
  try {
    return await patch(context, manifest, known || unmarked);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (known && error.status === 409) {
      throw new GatewayError('UNAVAILABLE', {
        detail: 'somebody else changed the object at the same time',
        cause: error,
      });
    }
    if (known && error.status === 422) return replace(context, manifest, error);
    if (error.status !== 409) throw error;
    return (await isOurs(context, manifest)) ? patch(context, manifest, true) : taken;
  }
}

/**
 * Begins anew with an object that an edit has brought where no apply leads back, such as another port under the name of ours.
 * A StatefulSet is what a caller made of it, so what is wrong with it is told instead.
 */
async function replace(context: RuntimeContext, manifest: Manifest, error: ApiError): Promise<KubeObject> {
  const { kind, metadata } = manifest;
  const found = context.state.storeOf(kind).get(metadata.name);
  if (kind === 'StatefulSet' || !found) throw error;
  await deleteObject(context, kind, found);
  return patch(context, manifest, false);
}

async function patch(
  { cluster, state, settings }: RuntimeContext,
  manifest: Manifest,
  force: boolean,
): Promise<KubeObject> {
  const { kind, metadata } = manifest;
  const seen = state.storeOf(kind).get(metadata.name);
  // Else what an autoscaler does at this moment would be undone.
  const onlyIf = seen && kind === 'StatefulSet' && isAutoscaled(settings, metadata.labels[ADAPTER] ?? '');
  const body = onlyIf
    ? { ...manifest, metadata: { ...metadata, resourceVersion: seen.metadata.resourceVersion } }
    : manifest;
  const answer = (await cluster.call({
    method: 'PATCH',
    path: pathOf(kind, metadata.namespace, metadata.name),
    query: { fieldManager: fieldManagerOf(settings.gateway), force: String(force) },
    body,
  })) as KubeObject;
  state.storeOf(kind).put(answer); // so that an observation from now on is not of before
  return answer;
}

/** Made by us for this adapter, and not for an earlier one of the name. */
async function isOurs({ cluster, settings }: RuntimeContext, { kind, metadata }: Manifest): Promise<boolean> {
  const path = pathOf(kind, metadata.namespace, metadata.name);
  const found = (await cluster.call({ method: 'GET', path })) as KubeObject;
  return (
    isFieldManager(settings.gateway, found) &&
    isOwnedBy(settings.gateway, found, metadata.annotations[ADAPTER_ID] ?? '')
  );
}
