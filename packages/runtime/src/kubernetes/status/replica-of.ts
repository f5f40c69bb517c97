import { createHash } from 'node:crypto';
import type { PublishedEndpoint } from '@mcp-gateway/common/contracts';
import { type ContainerStatus, isTerminating, type KubeEvent, type Pod, type StatefulSet } from '../api/types.js';
import { REVISION_ANNOTATION, TLS_ANNOTATION } from '../ownership/labels.js';
import { SERVER_CONTAINER } from '../objects/container.js';
import type { ObservedReplica } from '../../runtime.js';
import { STDIO_HINT } from '../../health.js';
import { ordinalOf } from '../informers/cluster-state.js';
import { servedPath } from './served-paths.js';
import { probeFailure } from './health-check.js';

type Finding = Pick<ObservedReplica, 'state' | 'message' | 'nodeLost'>;

/** Describes a pod as a replica. */
export function replicaOf(
  pod: Pod,
  statefulSet: StatefulSet | undefined,
  warnings: readonly KubeEvent[],
  now: Date,
): ObservedReplica {
  const revision = pod.metadata.annotations?.[REVISION_ANNOTATION] ?? '';
  const path = servedPath(statefulSet, revision);
  const container = pod.status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER);
  const ended = container?.state?.terminated ?? container?.lastState?.terminated;
  const finding = findingOf(pod, container, warnings);
  const endpoint = endpointOf(pod, container, finding.state === 'Ready', now);
  return {
    name: pod.metadata.name,
    instance: ordinalOf(pod),
    revision,
    ...finding,
    endpoint: endpoint && { ...endpoint, ...(path !== undefined && { path }) },
    addresses: addressesOf(pod),
    restartCount: container?.restartCount ?? 0,
    lastExitCode: ended?.exitCode ?? null,
    startedAt: container?.state?.running?.startedAt ?? null,
  };
}

/** Null unless the process runs and serves new sessions, or at least the sessions that it has. */
function endpointOf(
  pod: Pod,
  status: ContainerStatus | undefined,
  ready: boolean,
  now: Date,
): PublishedEndpoint | null {
  const ip = pod.status?.podIP;
  const container = pod.spec.containers.find(({ name }) => name === SERVER_CONTAINER);
  const port = container?.ports?.[0]?.containerPort;
  if (pod.status?.phase !== 'Running' || !status?.state?.running || !ip || !port) return null;
  const scheme = pod.metadata.annotations?.[TLS_ANNOTATION] === 'true' ? 'https' : 'http';
  const drainUntil = isTerminating(pod) ? drainsUntil(pod, container?.lifecycle?.preStop?.sleep?.seconds ?? 0) : null;
  if (drainUntil && !status.started) return null; // a replica that never answered has no sessions
  const silent = isNodeUnreachable(pod); // its kubelet does not know of the deletion, so the process runs on
  if (drainUntil && drainUntil <= now && !silent) return null;
  // The Ready condition of a deleted pod, or of a pod on an unreachable node, no longer tells whether the process answers.
  const serving = !ready && (drainUntil !== null || silent) && status.ready === true;
  return {
    // New for each process: its state ends with it, so that a session must not be routed to its successor.
    id: `${pod.metadata.name}.${digest(`${pod.metadata.uid} ${status.containerID}`)}`,
    url: `${scheme}://${ip.includes(':') ? `[${ip}]` : ip}:${port}`,
    ready,
    ...(serving && { serving }),
    ...(drainUntil && { draining: true, ...(!silent && { drainUntil: drainUntil.toISOString() }) }),
  };
}

/** The addresses of the pod until it has ended; after that the cluster may give them to another pod. */
function addressesOf({ status: { phase = '', podIP, podIPs } = {} }: Pod): string[] {
  if (['Failed', 'Succeeded'].includes(phase)) return [];
  return podIPs?.map(({ ip }) => ip) ?? (podIP ? [podIP] : []);
}

/** The process gets SIGTERM after its `preStop` sleep or, with a shorter grace period, at the end of that. */
function drainsUntil({ metadata }: Pod, sleepSeconds: number): Date {
  const { deletionTimestamp = '', deletionGracePeriodSeconds: grace = 0 } = metadata;
  return new Date(Date.parse(deletionTimestamp) - Math.max(0, grace - sleepSeconds) * 1_000);
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

function findingOf(pod: Pod, container: ContainerStatus | undefined, warnings: readonly KubeEvent[]): Finding {
  const { phase, reason, message, conditions = [] } = pod.status ?? {};
  const is = (type: string) => conditions.find((condition) => condition.type === type);
  if (isTerminating(pod)) return { state: 'Stopping', message: endsAfter(pod) };
  if (phase === 'Failed' || phase === 'Succeeded') {
    return { state: 'BackOff', message: `The pod ended: ${reason ?? phase}. ${message ?? ''}`.trim() };
  }
  if (isNodeLost(pod)) return { state: 'NotReady', message: nodeUnreachableMessage(pod), nodeLost: true };
  if (container?.state?.waiting) return waitingFinding(container, container.state.waiting);
  if (container?.state?.terminated)
    return { state: 'BackOff', message: `${endOf(container)} and is being restarted.${stdioHint(container)}` };
  if (!container?.state?.running) {
    const scheduled = is('PodScheduled');
    return { state: 'Starting', message: scheduled?.status === 'False' ? (scheduled.message ?? null) : null };
  }
  if (is('Ready')?.status === 'True') return { state: 'Ready', message: null };
  const failure = probeFailure(pod, warnings);
  // A process that does not listen yet is starting; a process that answers with an error is not ready.
  const starting = failure === null || (failure.starting && !container.started);
  const silent = container.started ? 'It listens but has not passed its health check yet.' : null;
  const before = container.lastState?.terminated ? `${endOf(container)} and was restarted.` : null;
  return {
    state: starting ? 'Starting' : 'NotReady',
    message: [before, failure ? failure.message : silent].filter(Boolean).join(' ') || null,
  };
}

/** The reason for which a terminating pod lasts; null when that is only its grace period. */
function endsAfter(pod: Pod): string | null {
  const { finalizers = [] } = pod.metadata;
  if (isNodeLost(pod))
    return `${nodeUnreachableMessage(pod)} It ends when the node returns, or when you delete the node or force-delete the pod.`;
  return finalizers.length > 0 ? `It ends when its finalizers are removed: ${finalizers.join(', ')}.` : null;
}

/** Reasons of a container that waits in the normal course of a start. */
const ON_THE_WAY = ['ContainerCreating', 'PodInitializing'];

function waitingFinding(
  container: ContainerStatus,
  { reason = '', message }: { reason?: string; message?: string },
): Finding {
  if (ON_THE_WAY.includes(reason)) return { state: 'Starting', message: null };
  if (reason === 'CrashLoopBackOff')
    return { state: 'BackOff', message: `${endOf(container)}; the next start is delayed.${stdioHint(container)}` };
  return { state: 'BackOff', message: `${reason}: ${message ?? 'the cluster gives no reason'}` };
}

function stdioHint({ state, lastState }: ContainerStatus): string {
  return (state?.terminated ?? lastState?.terminated)?.exitCode === 0 ? ` ${STDIO_HINT}` : '';
}

/** The end of the last process. */
function endOf({ state, lastState }: ContainerStatus): string {
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended) return 'It ended';
  if (ended.reason === 'OOMKilled') {
    return 'It used more memory than its limit and was killed (OOMKilled, exit code 137); raise resources.limits.memory';
  }
  const why = ended.reason && !['Error', 'Completed'].includes(ended.reason) ? ` (${ended.reason})` : '';
  return `It ended with exit code ${ended.exitCode}${why}`;
}

/**
 * Whether the node of a pod no longer reports, by what the node controller writes on the pod. The other conditions of the pod are
 * stale then.
 */
export const isNodeLost = (pod: Pod): boolean =>
  isNodeUnreachable(pod) || reasonOf(pod, 'DisruptionTarget') === 'DeletionByTaintManager';

/** Like `isNodeLost`, but without pods that are evicted from a reachable node, which ends these pods in order. */
const isNodeUnreachable = (pod: Pod): boolean =>
  pod.status?.reason === 'NodeLost' || reasonOf(pod, 'Ready') === 'NodeNotReady' || isMarkedUnready(pod);

const conditionOf = ({ status }: Pod, type: string) => status?.conditions?.find((each) => each.type === type);
const reasonOf = (pod: Pod, type: string): string | undefined => conditionOf(pod, type)?.reason;

/** The node controller marks a pod as not ready without a reason; a kubelet adds a reason and marks the containers, too. */
function isMarkedUnready(pod: Pod): boolean {
  const ready = conditionOf(pod, 'Ready');
  const containers = pod.status?.containerStatuses ?? [];
  return ready?.status === 'False' && !ready.reason && containers.length > 0 && containers.every((each) => each.ready);
}

const nodeUnreachableMessage = ({ spec }: Pod): string => `Its node ${spec.nodeName ?? ''} does not answer.`;
