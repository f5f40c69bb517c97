import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import { apiPath } from '../api/paths.js';
import { isAutoscaled } from '../settings/settings.js';
import { isFieldManager, isOwnedBy } from '../ownership/owner.js';
import { fieldManagerOf, RESOURCE_ID_ANNOTATION } from '../ownership/labels.js';
import type { Manifest } from '../objects/manifest.js';
import type { Failure } from '../../runtime.js';
import { deleteObject } from './delete-object.js';
import { nameConflict } from './admission.js';
import type { RuntimeContext } from './context.js';

/**
 * One server-side apply. It overwrites no object of another owner, but returns a conflict. The informers show such an object;
 * where another client creates one at the same time, the API server reports a conflict of fields.
 * @throws ApiError when the cluster rejects the object
 */
export async function applyObject(
  context: RuntimeContext,
  ref: ResourceRef,
  manifest: Manifest,
): Promise<KubeObject | Failure> {
  const { kind, metadata } = manifest;
  const known = context.state.storeOf(kind).get(metadata.name) !== undefined;
  const conflict = nameConflict(kind, metadata.name, { kind: ref.kind, namespace: metadata.namespace });
  const unlabelled = !known && context.state.others[kind].get(metadata.name) !== undefined;
  if (unlabelled && !(await isOurs(context, manifest))) return conflict;
  try {
    return await patch(context, ref, manifest, known || unlabelled);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (known && error.status === 409) {
      throw new GatewayError('UNAVAILABLE', {
        detail: 'another client changed the object at the same time',
        cause: error,
      });
    }
    if (known && error.status === 422) return replace(context, ref, manifest, error);
    if (error.status !== 409) throw error;
    return (await isOurs(context, manifest)) ? patch(context, ref, manifest, true) : conflict;
  }
}

/**
 * Deletes and creates an object again when an edit left it in a state that no apply can correct, such as a second port under the
 * name of the first. A StatefulSet is not replaced, because its replicas would end: its error becomes a failure of the resource.
 */
async function replace(
  context: RuntimeContext,
  ref: ResourceRef,
  manifest: Manifest,
  error: ApiError,
): Promise<KubeObject> {
  const { kind, metadata } = manifest;
  const found = context.state.storeOf(kind).get(metadata.name);
  if (kind === 'StatefulSet' || !found) throw error;
  await deleteObject(context, kind, found);
  return patch(context, ref, manifest, false);
}

async function patch(
  { cluster, state, settings }: RuntimeContext,
  ref: ResourceRef,
  manifest: Manifest,
  force: boolean,
): Promise<KubeObject> {
  const { kind, metadata } = manifest;
  const seen = state.storeOf(kind).get(metadata.name);
  // The version keeps this write from undoing what an autoscaler does at the same time.
  const body =
    seen && kind === 'StatefulSet' && isAutoscaled(settings, ref)
      ? { ...manifest, metadata: { ...metadata, resourceVersion: seen.metadata.resourceVersion } }
      : manifest;
  const answer = (await cluster.call({
    method: 'PATCH',
    path: apiPath(kind, metadata.namespace, metadata.name),
    query: { fieldManager: fieldManagerOf(settings.gateway), force: String(force) },
    body,
  })) as KubeObject;
  state.storeOf(kind).put(answer); // an observation from now on shows this write
  return answer;
}

/** Whether this gateway created the object for this resource, and not for an earlier one of the same name. */
async function isOurs({ cluster, settings }: RuntimeContext, { kind, metadata }: Manifest): Promise<boolean> {
  const path = apiPath(kind, metadata.namespace, metadata.name);
  const found = (await cluster.call({ method: 'GET', path })) as KubeObject;
  return (
    isFieldManager(settings.gateway, found) &&
    isOwnedBy(settings.gateway, found, metadata.annotations[RESOURCE_ID_ANNOTATION] ?? '')
  );
}
