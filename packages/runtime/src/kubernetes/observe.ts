import { AdapterSpec } from '@mcp-gateway/common/contracts';
import { healthNoteOf } from '../health-path.js';
import { ABSENT, type Observation, type ObservedReplica } from '../runtime.js';
import { isEnding, type KubeObject } from './api/objects.js';
import { ADAPTER_ID, HEALTH_ANSWER, HEALTH_TYPE, REVISION, TCP_CHECK } from './labels.js';
import { adapterIdOf } from './made-for.js';
import { isAutoscaled } from './autoscaled.js';
import type { Parts } from './parts.js';
import { brokenPodsOf } from './rollout.js';
import { failureOf } from './status/failure-of.js';
import { healthCheckOf } from './status/health-check-of.js';
import { replicaOf } from './status/replica-of.js';
import type { AdapterObjects } from './store/cluster-state.js';

/** What the watch has told of an adapter; asks nobody. */
export function observe({ settings, state, applied, refusals }: Parts, adapter: string, now: Date): Observation {
  const objects = state.of(adapter);
  const { statefulSet, pods, own, warnings } = objects;
  const refused = refusals.get(adapter);
  const all: KubeObject[] = [...own.map(({ object }) => object), ...pods];
  if (all.length === 0) return { ...ABSENT, failure: refused };

  const removing = all.every(isEnding);
  const annotations = statefulSet?.metadata.annotations ?? {};
  const revision = annotations[REVISION] ?? null;
  const inSync =
    refused === null &&
    applied.holds(adapter, objects) &&
    brokenPodsOf(objects).length === 0 &&
    healthCheckOf(objects, revision, typeIn(annotations)).by ===
      (annotations[TCP_CHECK] === undefined ? 'http' : 'tcp');
  const replicas = pods.map((pod) => replicaOf(pod, statefulSet, warnings, now));
  return {
    exists: true,
    removing,
    adapterId: whose(settings.gateway, objects),
    revision,
    inSync,
    desiredReplicas: statefulSet?.spec.replicas ?? 0,
    autoscaled: isAutoscaled(settings, adapter),
    replicas: statefulSet && isEnding(statefulSet) ? replicas.map(asDraining) : replicas,
    failure: refused ?? (removing ? null : failureOf(statefulSet, pods, warnings)),
    healthNote: noteIn(annotations),
  };
}

type Annotations = Record<string, string>;

const HealthType = AdapterSpec.shape.healthCheck.unwrap().shape.type;
const typeIn = (annotations: Annotations) => HealthType.safeParse(annotations[HEALTH_TYPE]).data;

function noteIn(annotations: Annotations): string | null {
  if (annotations[TCP_CHECK] === undefined) return null;
  switch (typeIn(annotations)) {
    case 'mcp':
      return 'Kubernetes cannot ask in MCP, so an open port counts as healthy.';
    case 'tcp':
      return null; // as it was asked for
    default:
      return healthNoteOf(`The health check answers ${annotations[HEALTH_ANSWER] ?? 404}`);
  }
}

/** Its pods end soon, also those that do not know yet. */
function asDraining(replica: ObservedReplica): ObservedReplica {
  const { endpoint } = replica;
  if (!endpoint || endpoint.draining) return replica;
  const serving = endpoint.serving ?? endpoint.ready;
  return { ...replica, endpoint: { ...endpoint, ready: false, ...(serving && { serving }), draining: true } };
}

/** The first that tells: an id that somebody has edited must not look like an earlier adapter, all of which is to be removed. */
function whose(gateway: string, { own, pods }: AdapterObjects): string | null {
  const ids = own.map(({ object }) => adapterIdOf(gateway, object));
  return [...ids, ...pods.map(({ metadata }) => metadata.annotations?.[ADAPTER_ID])].find(Boolean) ?? null;
}
