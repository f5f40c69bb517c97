import { resourceKey } from '@mcp-gateway/common/contracts';
import type { DesiredWorkload } from '../../workload.js';
import { ApiError, apiFailure } from '../api/errors.js';
import { isTerminating, type KubeObject } from '../api/types.js';
import { desiredReplicas, type Failure } from '../../runtime.js';
import { isAutoscaled } from '../settings/settings.js';
import { manifestsOf } from '../objects/manifests.js';
import { brokenPodsOf } from '../status/rollout.js';
import { pathsToRecord } from '../status/served-paths.js';
import { healthCheckOf } from '../status/health-check.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';
import { keyOf } from './last-applied.js';
import { applyObject } from './apply-object.js';
import { deleteObject } from './delete-object.js';
import { findConflict, policyViolation } from './admission.js';
import type { RuntimeContext } from './context.js';

/**
 * Applies the objects of a workload that differ from it. The next observation shows what the cluster rejects.
 * @throws GatewayError UNAVAILABLE when the API server is unavailable
 */
export async function apply(context: RuntimeContext, desired: DesiredWorkload): Promise<void> {
  const { settings, state, lastApplied, failureConditions, removing, log } = context;
  const { workload } = desired;
  const { kind, name } = workload;
  const ref = { kind, name };
  const objects = state.of(ref);
  if (objects.statefulSet && isTerminating(objects.statefulSet)) return; // it accepts no changes; the watch triggers the next apply when it is gone
  const taken = findConflict(objects, { ...settings, kind, resourceId: workload.resourceId });
  if (!taken) removing.delete(resourceKey(ref));
  const failure = taken ?? policyViolation(workload, settings) ?? (await write(context, desired, objects));
  if (!failure) return failureConditions.clear(ref);
  log.warn({ ...ref, reason: failure.reason, message: failure.message }, 'the workload is rejected');
  lastApplied.forget(ref);
  failureConditions.set(ref, failure);
}

async function write(
  context: RuntimeContext,
  desired: DesiredWorkload,
  objects: WorkloadObjects,
): Promise<Failure | null> {
  const { settings, lastApplied } = context;
  const { workload, revision } = desired;
  const manifests = manifestsOf(desired, settings, {
    health: healthCheckOf(objects, revision, workload.healthType),
    paths: pathsToRecord(objects, desired),
    annotations: objects.statefulSet?.metadata.annotations ?? {},
    replicas: desiredReplicas(workload.replicas, {
      autoscaled: isAutoscaled(settings, workload),
      desiredReplicas: objects.statefulSet?.spec.replicas ?? 0,
    }),
  });
  const answers = new Map<string, KubeObject>();
  const failures: Failure[] = [];
  for (const manifest of manifests) {
    if (!lastApplied.differs(workload, manifest, objects)) continue;
    const answer = await failureOnRejection(() => applyObject(context, workload, manifest));
    if ('metadata' in answer) answers.set(keyOf(manifest), answer);
    else if (manifest.kind === 'NetworkPolicy')
      return answer; // no pod may run without its network policy
    else failures.push(answer);
  }
  const applied = new Set(manifests.map(keyOf));
  const surplus = objects.own.filter(({ kind, object: { metadata } }) => !applied.has(keyOf({ kind, metadata })));
  const broken = brokenPodsOf(context.state.of(workload)).map((object) => ({ kind: 'Pod' as const, object }));
  for (const { kind, object } of [...surplus, ...broken]) {
    const failure = await failureOnRejection(() => deleteObject(context, kind, object));
    if (failure) failures.push(failure);
  }
  if (failures[0]) return failures[0];
  lastApplied.remember(workload, manifests, answers);
  return null;
}

async function failureOnRejection<T>(request: () => Promise<T>): Promise<T | Failure> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ApiError) return apiFailure(error);
    throw error;
  }
}
