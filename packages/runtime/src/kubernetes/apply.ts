import { revisionOf, type Workload } from '../workload.js';
import { ApiError } from './api/api-error.js';
import { isEnding, type KubeObject } from './api/objects.js';
import { desiredReplicas } from '../desired-replicas.js';
import { applyObject } from './apply-object.js';
import { deleteObject } from './delete-object.js';
import { isAutoscaled } from './autoscaled.js';
import type { OwnKind } from './objects/manifest.js';
import { manifestsOf } from './objects/manifests.js';
import { takenBy } from './name-taken.js';
import { notAllowed } from './not-allowed.js';
import type { Parts } from './parts.js';
import { brokenPodsOf } from './rollout.js';
import { pathsToNote } from './served-paths.js';
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
  if (objects.statefulSet && isEnding(objects.statefulSet)) return; // it takes no changes; the watch calls again when it is gone
  const taken = takenBy(objects, { ...settings, adapterId: workload.adapterId });
  if (!taken) removing.delete(name);
  const refusal = taken ?? notAllowed(workload, settings) ?? (await write(parts, workload, objects));
  if (!refusal) return refusals.clear(name);
  log.warn({ name, reason: refusal.reason, message: refusal.message }, 'the workload is refused');
  applied.forget(name);
  refusals.set(name, refusal);
}

async function write(parts: Parts, workload: Workload, objects: AdapterObjects): Promise<Failure | null> {
  const { settings, applied } = parts;
  const manifests = manifestsOf(workload, settings, {
    health: healthCheckOf(objects, revisionOf(workload), workload.healthType),
    paths: pathsToNote(objects, workload),
    annotations: objects.statefulSet?.metadata.annotations ?? {},
    replicas: desiredReplicas(workload.replicas, {
      autoscaled: isAutoscaled(settings, workload.name),
      desiredReplicas: objects.statefulSet?.spec.replicas ?? 0,
    }),
  });
  const answers = new Map<OwnKind, KubeObject>();
  const failures: Failure[] = [];
  for (const manifest of manifests) {
    if (!applied.differs(workload.name, manifest, objects)) continue;
    const answer = await refusable(() => applyObject(parts, manifest));
    if ('metadata' in answer) answers.set(manifest.kind, answer);
    else if (manifest.kind === 'NetworkPolicy')
      return answer; // no pod without it
    else failures.push(answer);
  }
  const surplus = objects.own.filter(({ kind }) => manifests.every((manifest) => manifest.kind !== kind));
  const broken = brokenPodsOf(parts.state.of(workload.name)).map((object) => ({ kind: 'Pod' as const, object }));
  for (const { kind, object } of [...surplus, ...broken]) {
    const failure = await refusable(() => deleteObject(parts, kind, object));
    if (failure) failures.push(failure);
  }
  if (failures[0]) return failures[0];
  applied.remember(workload.name, manifests, answers);
  return null;
}

async function refusable<T>(request: () => Promise<T>): Promise<T | Failure> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ApiError) return refusalOf(error);
    throw error;
  }
}
