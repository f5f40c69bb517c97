import { AdapterSpec, type ResourceRef } from '@mcp-gateway/common/contracts';
import { healthNoteOf } from '../../health.js';
import { ABSENT, type Observation, type ObservedReplica } from '../../runtime.js';
import { isTerminating, type KubeObject } from '../api/types.js';
import {
  RESOURCE_ID_ANNOTATION,
  HEALTH_ANSWER_ANNOTATION,
  HEALTH_TYPE_ANNOTATION,
  REVISION_ANNOTATION,
  TCP_CHECK_ANNOTATION,
} from '../ownership/labels.js';
import { ownerIdOf } from '../ownership/owner.js';
import { isAutoscaled } from '../settings/settings.js';
import { brokenPodsOf } from '../status/rollout.js';
import { workloadFailure } from '../status/workload-failure.js';
import { healthCheckOf } from '../status/health-check.js';
import { replicaOf } from '../status/replica-of.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';
import type { RuntimeContext } from './context.js';

/** Describes a resource from the informers' copy; sends no request. */
export function observe(
  { settings, state, lastApplied, failureConditions }: RuntimeContext,
  ref: ResourceRef,
  now: Date,
): Observation {
  const objects = state.of(ref);
  const { statefulSet, pods, own, warnings } = objects;
  const refused = failureConditions.get(ref);
  const all: KubeObject[] = [...own.map(({ object }) => object), ...pods];
  if (all.length === 0) return { ...ABSENT, failure: refused };

  const removing = all.every(isTerminating);
  const annotations = statefulSet?.metadata.annotations ?? {};
  const revision = annotations[REVISION_ANNOTATION] ?? null;
  const inSync =
    refused === null &&
    lastApplied.isCurrent(ref, objects) &&
    brokenPodsOf(objects).length === 0 &&
    healthCheckOf(objects, revision, typeIn(annotations)).by ===
      (annotations[TCP_CHECK_ANNOTATION] === undefined ? 'http' : 'tcp');
  const replicas = pods.map((pod) => replicaOf(pod, statefulSet, warnings, now));
  return {
    exists: true,
    removing,
    resourceId: resourceIdOf(settings.gateway, objects),
    // Null makes the worker apply the workload again, which corrects every difference.
    revision,
    inSync,
    desiredReplicas: statefulSet?.spec.replicas ?? 0,
    autoscaled: isAutoscaled(settings, ref),
    replicas: statefulSet && isTerminating(statefulSet) ? replicas.map(asDraining) : replicas,
    failure: refused ?? (removing ? null : workloadFailure(statefulSet, pods, warnings)),
    healthNote: noteIn(annotations),
  };
}

type Annotations = Record<string, string>;

const HealthType = AdapterSpec.shape.healthCheck.unwrap().shape.type;
const typeIn = (annotations: Annotations) => HealthType.safeParse(annotations[HEALTH_TYPE_ANNOTATION]).data;

function noteIn(annotations: Annotations): string | null {
  if (annotations[TCP_CHECK_ANNOTATION] === undefined) return null;
  switch (typeIn(annotations)) {
    case 'mcp':
      return 'The kubelet cannot probe with MCP, so an open port counts as healthy.';
    case 'tcp':
      return null; // the spec requires TCP
    default:
      return healthNoteOf(`The health check answers ${annotations[HEALTH_ANSWER_ANNOTATION] ?? 404}`);
  }
}

/** A deleted StatefulSet ends all its pods soon, also those that are not marked yet. */
function asDraining(replica: ObservedReplica): ObservedReplica {
  const { endpoint } = replica;
  if (!endpoint || endpoint.draining) return replica;
  const serving = endpoint.serving ?? endpoint.ready;
  return { ...replica, endpoint: { ...endpoint, ready: false, ...(serving && { serving }), draining: true } };
}

/** The first id that is known: an edited id must not look like an earlier resource, whose objects the worker would remove. */
function resourceIdOf(gateway: string, { own, pods }: WorkloadObjects): string | null {
  const ids = own.map(({ object }) => ownerIdOf(gateway, object));
  return [...ids, ...pods.map(({ metadata }) => metadata.annotations?.[RESOURCE_ID_ANNOTATION])].find(Boolean) ?? null;
}
