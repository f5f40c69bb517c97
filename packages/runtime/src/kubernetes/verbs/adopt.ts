import { ApiError } from '../api/errors.js';
import { isTerminating, type KubeObject } from '../api/types.js';
import { pathOf } from '../api/paths.js';
import { isFieldManager } from '../ownership/owner.js';
import { fieldManagerOf, selectorLabels } from '../ownership/labels.js';
import { objectName } from '../objects/names.js';
import { OWNED_KINDS, type OwnedKind } from '../objects/manifest.js';
import type { RuntimeContext } from './context.js';

/**
 * Puts our labels back on objects that we made and that somebody relabelled, so that they are known again and the watch tells of
 * their end.
 * @throws ApiError when the cluster refuses it
 */
export async function adopt(context: RuntimeContext, adapter: string): Promise<void> {
  const { cluster, state, settings } = context;
  const name = objectName('adapter', adapter);
  for (const kind of OWNED_KINDS) {
    if (state.storeOf(kind).get(name)) continue;
    const found = await read(context, kind, name);
    if (!found || isTerminating(found) || !isFieldManager(settings.gateway, found)) continue;
    const labels = selectorLabels(settings.gateway, adapter);
    const answer = (await cluster.call({
      method: 'PATCH',
      path: pathOf(kind, settings.namespace, name),
      // A manager of its own, since an apply takes away what its manager applied before and does not repeat.
      query: { fieldManager: `${fieldManagerOf(settings.gateway)}/labels`, force: 'true' },
      // With the uid, nothing is made where it is gone by now.
      body: { apiVersion: found.apiVersion, kind, metadata: { name, uid: found.metadata.uid, labels } },
    })) as KubeObject;
    state.storeOf(kind).put(answer);
  }
}

async function read({ cluster, settings }: RuntimeContext, kind: OwnedKind, name: string): Promise<KubeObject | null> {
  try {
    return (await cluster.call({ method: 'GET', path: pathOf(kind, settings.namespace, name) })) as KubeObject;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
