import {
  collectionOf,
  type Condition,
  type ReplicaStatus,
  type ReplicatedSpec,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import { unreachable } from '@mcp-gateway/common/errors';
import type { Observation } from '@mcp-gateway/runtime';
import type { UntimedCondition } from './plan.js';

/** Crashes in a row that look like more than an accident. */
const LOOPING_AFTER = 3;

/** Whether all replicas are ready, and why not. */
export function readyCondition(
  { kind, name }: ResourceRef,
  replicaCount: number,
  seen: Observation,
  replicas: ReplicaStatus[],
): UntimedCondition {
  const type = 'Ready';
  const ready = replicas.filter((replica) => replica.ready).length;
  const count = `${ready} of ${replicaCount} replicas ready`;
  if (replicaCount === 0) {
    const message = `The ${kind} is scaled to zero. PUT it with a replicaCount of 1 or more.`;
    return { type, status: 'False', reason: 'ScaledToZero', message };
  }
  if (ready >= replicaCount) return { type, status: 'True', reason: 'AllReplicasReady', message: `${count}.` };
  if (seen.failure) return { type, status: 'False', ...seen.failure };
  const looping = replicas.find(isLooping);
  if (looping) {
    const where = `GET /${collectionOf(kind)}/${name}/logs?instance=${looping.instance} shows what it wrote.`;
    const message = `${count}. ${looping.name}: ${sentence(looping.message ?? 'it keeps ending')} ${where}`;
    return { type, status: 'False', reason: 'CrashLoopBackOff', message };
  }
  const unready = replicas.find((replica) => !replica.ready);
  const why = unready?.message ? ` ${unready.name}: ${sentence(unready.message)}` : '';
  return { type, status: 'False', reason: 'ReplicasNotReady', message: `${count}.${why}` };
}

/** The text with a full stop, unless it ends a sentence by itself. */
export const sentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);

/** True while replicas start or are replaced and nothing stands in the way. */
export function progressingCondition(
  replicaCount: number,
  seen: Observation,
  replicas: ReplicaStatus[],
  readiness: UntimedCondition,
): UntimedCondition {
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
    return {
      type,
      status: 'False',
      reason: 'NodeLost',
      message: `${count}. ${lost.name}: ${sentence(lost.message ?? 'its node is lost')}`,
    };
  }
  if (stuck || failure || blocked) {
    const why = stuck
      ? ` ${stuck.name}: ${sentence(stuck.message ?? 'not ready')}`
      : failure
        ? ` ${failure.message}`
        : '';
    const remedy = remedyIn(stuck ? undefined : failure?.reason);
    return { type, status: 'False', reason: 'Blocked', message: `${count}.${why} ${remedy}` };
  }
  return { type, status: 'True', reason: 'RollingOut', message: `${count}.` };
}

/** Reports only what replicas of the current spec have shown: replicas of an earlier spec answer another check. */
export function healthCheckCondition(
  spec: Pick<ReplicatedSpec, 'healthCheck'> & { path: string },
  { healthNote }: Observation,
  replicas: ReplicaStatus[],
): UntimedCondition {
  const type = 'HealthCheck';
  if (healthNote) return { type, status: 'True', reason: 'TcpOnly', message: healthNote };
  const { reason, passes, fails } = checkOf(spec);
  return replicas.some(({ ready, updated }) => ready && updated)
    ? { type, status: 'True', reason, message: passes }
    : { type, status: 'Unknown', reason: 'NotPassedYet', message: fails };
}

function checkOf({ healthCheck, path }: Parameters<typeof healthCheckCondition>[0]): {
  reason: string;
  passes: string;
  fails: string;
} {
  switch (healthCheck.type) {
    case 'tcp':
      return { reason: 'TcpConnect', passes: 'The port is open.', fails: 'The port is not open yet.' };
    case 'mcp': {
      const request = `POST ${path}`;
      return {
        reason: 'McpPost',
        passes: `${request} is answered in MCP.`,
        fails: `${request} is not answered in MCP yet.`,
      };
    }
    case 'http':
    case undefined: {
      const request = `GET ${healthCheck.path}`;
      return { reason: 'HttpGet', passes: `${request} answers 2xx.`, fails: `${request} has not answered 2xx yet.` };
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

/** What the message of the failure leaves out. */
function remedyIn(failureReason: string | undefined): string {
  const stay = 'Replicas that serve keep serving.';
  if (failureReason !== undefined && OUTSIDE_THE_SPEC.has(failureReason)) return stay;
  // Either the catalogue lacks the image, which the message says how to add, or the spec names the wrong one.
  if (failureReason === 'ImageNotFound') return `If imageName is wrong, correct it with PUT. ${stay}`;
  return `Correct the spec with PUT. ${stay}`;
}

const isLooping = ({ state, restartCount }: ReplicaStatus) => state !== 'Ready' && restartCount >= LOOPING_AFTER;

/** The conditions of a resource that cannot start yet, because replicas of an earlier one of its name are still there. */
export function nameInUse(
  { kind, conditions: before }: Pick<ResourceRef, 'kind'> & { conditions: readonly Condition[] },
  seen: Observation,
  now: Date,
): Condition[] {
  const status = 'False';
  const known = before.find((condition) => condition.type === 'Ready' && condition.status === status);
  const message = `The workload of an earlier ${kind} of this name is still being removed.${obstacleIn(seen)}`;
  const lastTransitionTime = known?.lastTransitionTime ?? now.toISOString();
  return [{ type: 'Ready', status, reason: 'NameInUse', message, lastTransitionTime }];
}

function obstacleIn({ failure, replicas }: Observation): string {
  if (failure) return ` ${failure.message}`;
  const left = replicas.find(({ message }) => message !== null) ?? replicas[0];
  return left ? ` ${left.name}: ${left.message ?? 'it is stopping.'}` : '';
}

/** The conditions of a resource while the runtime does not answer. An earlier Ready says nothing about the present. */
export function runtimeUnavailable(before: readonly Condition[], detail: string, now: Date): Condition[] {
  const known = before.find((condition) => condition.type === 'Ready');
  const message = `The runtime does not answer: ${detail}. The worker tries again; replicas that run keep running.`;
  const since = known?.status === 'Unknown' ? known.lastTransitionTime : now.toISOString();
  return [
    { type: 'Ready', status: 'Unknown', reason: 'RuntimeUnavailable', message, lastTransitionTime: since },
    ...before.filter((condition) => condition.type !== 'Ready'),
  ];
}
