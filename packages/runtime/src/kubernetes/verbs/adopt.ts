import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { ApiError } from '../api/errors.js';
import { isTerminating, type KubeObject } from '../api/types.js';
import { apiPath } from '../api/paths.js';
import { isFieldManager } from '../ownership/owner.js';
import { fieldManagerOf, selectorLabels } from '../ownership/labels.js';
import { objectName } from '../objects/names.js';
import { OWNED_KINDS, type OwnedKind } from '../objects/manifest.js';
import type { RuntimeContext } from './context.js';

/**
 * Restores the owner labels of objects that this gateway created and that were relabelled since. Only then do the informers
 * see the objects and their end.
 * @throws ApiError when the cluster rejects the change
 */
export async function adopt(context: RuntimeContext, ref: ResourceRef): Promise<void> {
  const { cluster, state, settings } = context;
  const name = objectName(ref);
  for (const kind of OWNED_KINDS) {
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
