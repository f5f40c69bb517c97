import type { Workload } from '../workload.js';
import { revisionOf } from '../workload.js';
import { ApiError } from './api/api-error.js';
import { isEnding, type KubeObject } from './api/objects.js';
import { pathOf } from './api/resources.js';
import { deleteObject } from './delete-object.js';
import { ADAPTER, ADAPTER_ID, fieldManagerOf, GATEWAY } from './labels.js';
import type { Manifest, OwnKind } from './objects/manifest.js';
import { manifestsOf } from './objects/manifests.js';
import { notAllowed } from './not-allowed.js';
import type { Parts } from './parts.js';
import { brokenPodsOf } from './rollout.js';
import { healthCheckOf } from './status/health-check-of.js';
import { refusalOf } from './status/refusal.js';
import type { Failure } from './status/failure-of.js';
import type { AdapterObjects } from './store/cluster-state.js';

/**
 * Makes the cluster's objects what the workload says, and writes those only that are not. What the cluster refuses is seen
 * in the next observation.
 * @throws GatewayError UNAVAILABLE when the API server cannot be reached
 */
export async function apply(parts: Parts, workload: Workload): Promise<void> {
  const { settings, state, applied, refusals, removing, log } = parts;
  const { name } = workload;
  const objects = state.of(name);
  if (isInTheWay(objects, workload.adapterId)) return; // the watch calls again when it is gone
  removing.delete(name);
  const refusal = notAllowed(workload, settings) ?? (await write(parts, workload, objects));
  if (!refusal) return refusals.clear(name);
  log.warn({ name, reason: refusal.reason, message: refusal.message }, 'the workload is refused');
  applied.forget(name);
  refusals.set(name, refusal);
}

/** What ends takes no changes, and nothing is handed down from an earlier adapter of the name. */
function isInTheWay({ statefulSet, own, pods }: AdapterObjects, adapterId: string): boolean {
  const theirs = (object: KubeObject) => object.metadata.annotations?.[ADAPTER_ID] !== adapterId;
  return (
    (statefulSet !== undefined && isEnding(statefulSet)) || [...own.map(({ object }) => object), ...pods].some(theirs)
  );
}

async function write(parts: Parts, workload: Workload, objects: AdapterObjects): Promise<Failure | null> {
  const { settings, applied } = parts;
  const manifests = manifestsOf(workload, settings, {
    health: healthCheckOf(objects, revisionOf(workload)),
    replicas: workload.replicas,
  });
  const answers = new Map<OwnKind, KubeObject>();
  try {
    for (const manifest of manifests) {
      if (!applied.differs(workload.name, manifest, objects)) continue;
      const answer = await applyObject(parts, manifest, objects);
      if ('reason' in answer) return answer;
      answers.set(manifest.kind, answer);
    }
    const surplus = objects.own.filter(({ kind }) => manifests.every((manifest) => manifest.kind !== kind));
    for (const { kind, object } of surplus) await deleteObject(parts, kind, object);
    for (const pod of brokenPodsOf(parts.state.of(workload.name))) await deleteObject(parts, 'Pod', pod);
  } catch (error) {
    if (error instanceof ApiError) return refusalOf(error);
    throw error;
  }
  applied.remember(workload.name, manifests, answers);
  return null;
}

/** One server-side apply. An object that we do not know is not overwritten: somebody else's has the name then. */
async function applyObject(parts: Parts, manifest: Manifest, objects: AdapterObjects): Promise<KubeObject | Failure> {
  const known = objects.own.some(({ kind }) => kind === manifest.kind);
  try {
    return await patch(parts, manifest, known);
  } catch (error) {
    if (known || !(error instanceof ApiError) || error.status !== 409) throw error;
    if (await isOurs(parts, manifest)) return patch(parts, manifest, true);
    const { name, namespace } = manifest.metadata;
    return {
      reason: 'NameTaken',
      message: `There is a ${manifest.kind} ${name} in namespace ${namespace} that is not this gateway's. Remove it, or register the adapter under another name.`,
    };
  }
}

async function patch({ cluster, state, settings }: Parts, manifest: Manifest, force: boolean): Promise<KubeObject> {
  const { kind, metadata } = manifest;
  const answer = (await cluster.call({
    method: 'PATCH',
    path: pathOf(kind, metadata.namespace, metadata.name),
    query: { fieldManager: fieldManagerOf(settings.gateway), force: String(force) },
    body: manifest,
  })) as KubeObject;
  state.storeOf(kind).put(answer); // so that an observation from now on is not of before
  return answer;
}

async function isOurs({ cluster, settings }: Parts, { kind, metadata }: Manifest): Promise<boolean> {
  const path = pathOf(kind, metadata.namespace, metadata.name);
  const found = (await cluster.call({ method: 'GET', path })) as KubeObject;
  const { labels = {}, annotations = {} } = found.metadata;
  return (
    labels[GATEWAY] === settings.gateway &&
    labels[ADAPTER] === metadata.labels[ADAPTER] &&
    annotations[ADAPTER_ID] === metadata.annotations[ADAPTER_ID]
  );
}
