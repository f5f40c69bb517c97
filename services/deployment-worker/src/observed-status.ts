import type { AdapterSpec, Condition, Phase, ReplicaStatus } from '@mcp-gateway/common/contracts';
import { unreachable } from '@mcp-gateway/common/errors';
import { desiredReplicas, type Observation } from '@mcp-gateway/runtime';
import type { DesiredState } from './desired.js';

export interface SavedStatus {
  phase: Phase;
  conditions: Condition[];
  replicas: ReplicaStatus[];
}

type Finding = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** Crashes in a row that look like more than an accident. */
const LOOPING_AFTER = 3;

/** The status of an adapter, from the desired and the observed state. */
export function observedStatus({ row, revision }: DesiredState, seen: Observation, now: Date): SavedStatus {
  // No fields beside those of the contract: a status with more is read as none.
  const replicas = seen.replicas.map(
    ({ endpoint: _, addresses: __, nodeLost: ___, revision: theirs, ...replica }): ReplicaStatus => ({
      ...replica,
      ready: replica.state === 'Ready',
      updated: theirs === revision,
    }),
  );
  const spec = { ...row.spec, replicaCount: desiredReplicas(row.spec.replicaCount, seen) };
  const readiness = readyFinding(spec, seen, replicas);
  const lost = seen.replicas.find((replica) => replica.nodeLost && replica.revision === revision);
  const rollout = progressFinding(spec, seen, replicas, readiness);
  const passed = row.conditions.find(({ type, status }) => type === 'HealthCheck' && status === 'True');
  // A node that is gone says nothing about what it answered before.
  const health = (lost && passed) ?? healthFinding(row.spec, seen, replicas);
  return {
    phase: phaseOf(spec, replicas, readiness, rollout),
    conditions: [readiness, rollout, health].map((finding) => sinceWhen(finding, row.conditions, now)),
    replicas,
  };
}

function phaseOf(
  { replicaCount }: AdapterSpec,
  replicas: ReplicaStatus[],
  readiness: Finding,
  rollout: Finding,
): Phase {
  if (replicaCount === 0) return replicas.length === 0 ? 'Stopped' : 'Progressing';
  if (readiness.status === 'True' && rollout.reason === 'Complete') return 'Ready';
  if (readiness.status === 'True') return rollout.status === 'True' ? 'Progressing' : 'Degraded';
  const ready = replicas.some((replica) => replica.ready);
  if (rollout.status === 'False') return ready ? 'Degraded' : 'Failed';
  return ready && replicas.some(({ restartCount }) => restartCount > 0) ? 'Degraded' : 'Progressing';
}

function readyFinding({ name, replicaCount }: AdapterSpec, seen: Observation, replicas: ReplicaStatus[]): Finding {
  const type = 'Ready';
  const ready = replicas.filter((replica) => replica.ready).length;
  const count = `${ready} of ${replicaCount} replicas ready`;
  if (replicaCount === 0)
    return { type, status: 'False', reason: 'ScaledToZero', message: 'No replicas are asked for.' };
  if (ready >= replicaCount) return { type, status: 'True', reason: 'AllReplicasReady', message: `${count}.` };
  if (seen.failure) return { type, status: 'False', ...seen.failure };
  const looping = replicas.find(isLooping);
  if (looping) {
    const where = `GET /adapters/${name}/logs?instance=${looping.instance} shows what it wrote.`;
    const message = `${count}. ${looping.name}: ${looping.message ?? 'it keeps ending.'} ${where}`;
    return { type, status: 'False', reason: 'CrashLoopBackOff', message };
  }
  const unready = replicas.find((replica) => !replica.ready);
  const why = unready?.message ? ` ${unready.name}: ${unready.message}` : '';
  return { type, status: 'False', reason: 'ReplicasNotReady', message: `${count}.${why}` };
}

/** True while replicas start or are replaced and nothing stands in the way. */
function progressFinding(
  { replicaCount }: AdapterSpec,
  seen: Observation,
  replicas: ReplicaStatus[],
  readiness: Finding,
): Finding {
  const { failure } = seen;
  const type = 'Progressing';
  const updated = replicas.filter((replica) => replica.updated && replica.state !== 'Stopping');
  const serving = updated.filter(({ ready }) => ready).length;
  const count =
    serving === updated.length
      ? `${serving} of ${replicaCount} replicas run the current spec`
      : `${updated.length} of ${replicaCount} replicas have the current spec, ${serving} of them ready`;
  const stuck = updated.find((replica) => isLooping(replica) || replica.state === 'NotReady');
  const blocked = readiness.status === 'False' && !['ReplicasNotReady', 'ScaledToZero'].includes(readiness.reason);
  if (serving === replicaCount && replicas.length === replicaCount) {
    // Replicas that serve do not need all of their objects, but their operator wants to know which one is refused.
    return failure
      ? { type, status: 'False', reason: failure.reason, message: `${count}. ${failure.message}` }
      : { type, status: 'False', reason: 'Complete', message: `${count}.` };
  }
  const lost = seen.replicas.find(({ nodeLost }) => nodeLost);
  if (lost && !failure && (!stuck || stuck.name === lost.name)) {
    return { type, status: 'False', reason: 'NodeLost', message: `${count}. ${lost.name}: ${lost.message}` };
  }
  if (stuck || failure || blocked) {
    const why = stuck ? ` ${stuck.name}: ${stuck.message ?? 'not ready.'}` : failure ? ` ${failure.message}` : '';
    const mends = stuck || !failure || isMendedBySpec(failure.reason);
    const remedy = mends ? 'Correct the spec with PUT; replicas that serve stay.' : 'Replicas that serve stay.';
    return { type, status: 'False', reason: 'Blocked', message: `${count}.${why} ${remedy}` };
  }
  return { type, status: 'True', reason: 'RollingOut', message: `${count}.` };
}

/** Says of the present spec's check only what its own replicas have shown: those of an earlier one are asked another question. */
function healthFinding(spec: AdapterSpec, { healthNote }: Observation, replicas: ReplicaStatus[]): Finding {
  const type = 'HealthCheck';
  if (healthNote) return { type, status: 'True', reason: 'TcpOnly', message: healthNote };
  const { reason, passes, fails } = checkOf(spec);
  return replicas.some(({ ready, updated }) => ready && updated)
    ? { type, status: 'True', reason, message: passes }
    : { type, status: 'Unknown', reason: 'NotPassedYet', message: fails };
}

function checkOf({ healthCheck, path }: AdapterSpec): { reason: string; passes: string; fails: string } {
  switch (healthCheck.type) {
    case 'tcp':
      return { reason: 'TcpConnect', passes: 'The port is open.', fails: 'The port is not open yet.' };
    case 'mcp': {
      const asked = `POST ${path}`;
      return {
        reason: 'McpPost',
        passes: `${asked} is answered in MCP.`,
        fails: `${asked} is not answered in MCP yet.`,
      };
    }
    case 'http':
    case undefined: {
      const asked = `GET ${healthCheck.path}`;
      return { reason: 'HttpGet', passes: `${asked} answers 2xx.`, fails: `${asked} has not answered 2xx yet.` };
    }
    default:
      return unreachable(healthCheck.type);
  }
}

/** Reasons that lie in the cluster or on the machine; their messages say what to do there. */
const OUTSIDE_THE_SPEC = new Set([
  'AdmissionDenied',
  'CatalogueInvalid',
  'InitContainerFailed',
  'NamespaceNotFound',
  'PermissionMissing',
  'PodSecurityViolation',
  'QuotaExceeded',
  'Refused',
  'StartFailed',
  'Unschedulable',
]);

const isMendedBySpec = (reason: string) => !OUTSIDE_THE_SPEC.has(reason);

const isLooping = ({ state, restartCount }: ReplicaStatus) => state !== 'Ready' && restartCount >= LOOPING_AFTER;

function sinceWhen(finding: Finding, before: readonly Condition[], now: Date): Condition {
  const same = before.find(({ type, status }) => type === finding.type && status === finding.status);
  return { ...finding, lastTransitionTime: same?.lastTransitionTime ?? now.toISOString() };
}
