import { isMissingHealthPath, SILENT_MS, STDIO_REMEDY } from '../../health.js';
import type { Workload } from '../../workload.js';
import { type Pod, occurredAt, type KubeEvent } from '../api/types.js';
import { HEALTH_ANSWER_ANNOTATION, REVISION_ANNOTATION, TCP_CHECK_ANNOTATION } from '../ownership/labels.js';
import { SERVER_CONTAINER, type HealthCheck } from '../objects/container.js';
import type { WorkloadObjects } from '../informers/cluster-state.js';
import { wasReady } from './rollout.js';

const BY_HTTP: HealthCheck = { by: 'http' };

/**
 * The health check of a revision whose spec names no type: TCP when a replica answers that the path does not exist, or that it
 * requires a client certificate, and no replica has ever passed the check. Once a replica has passed it, there is a health endpoint, and such an answer is a failure. Each new
 * revision starts with HTTP again.
 */
export function healthCheckOf(
  { statefulSet, pods, warnings }: WorkloadObjects,
  revision: string | null,
  type: Workload['healthType'],
): HealthCheck {
  if (type) return type === 'http' ? BY_HTTP : { by: 'tcp' }; // the kubelet cannot POST
  if (revision === null) return BY_HTTP;
  const annotations = statefulSet?.metadata.annotations ?? {};
  if (annotations[TCP_CHECK_ANNOTATION] === revision)
    return { by: 'tcp', answer: annotations[HEALTH_ANSWER_ANNOTATION] ?? '404' };
  const probed = pods.filter(
    (pod) => pod.metadata.annotations?.[REVISION_ANNOTATION] === revision && probedPath(pod) !== undefined,
  );
  if (probed.some(wasReady)) return BY_HTTP;
  for (const pod of probed) {
    const answer = lastProbeStatus(pod, warnings);
    if (answer !== null && isMissingHealthPath(answer, probedPath(pod) ?? ''))
      return { by: 'tcp', answer: String(answer) };
    if (TLS_ALERT.test(lastFailure(pod, warnings)?.why ?? '')) return { by: 'tcp', answer: 'with a TLS alert' };
  }
  return BY_HTTP;
}

const probedPath = ({ spec }: Pod): string | undefined => {
  const get = spec.containers.find(({ name }) => name === SERVER_CONTAINER)?.readinessProbe?.httpGet;
  return get && (get.path ?? '');
};

export interface ProbeFailure {
  /** A sentence. */
  message: string;
  /** True when nothing listened yet, as with every server that starts. */
  starting: boolean;
}

const FAILED = /^(Startup|Readiness|Liveness) probe failed: ([\s\S]*)$/;
const STATUS = /^HTTP probe failed with statuscode: (\d+)/;
/** Of a server that requires a client certificate, which the kubelet does not have; in the words of Go. */
const TLS_ALERT = /remote error: tls: (certificate required|bad certificate|handshake failure)/;
const REFUSED = /connection refused/;
/** Added to the message of a process that has not listened for a while. */
const NEVER_LISTENS = `The server has to listen on the port in PORT. If it speaks only stdio, ${STDIO_REMEDY}.`;
const TIMEOUT = /deadline exceeded|timeout|Client\.Timeout/i;

/**
 * The last failed probe of the current process. The kubelet reports a failure in events only, and soon in one every five minutes,
 * so a message about a passing state carries its time.
 */
export function probeFailure(pod: Pod, warnings: readonly KubeEvent[]): ProbeFailure | null {
  const container = pod.status?.containerStatuses?.find(({ name }) => name === SERVER_CONTAINER);
  const last = lastFailure(pod, warnings);
  const startedAt = Date.parse(container?.state?.running?.startedAt ?? '');
  if (!last || last.at < startedAt) return null;
  if (last.probe === 'Startup' && container?.started) return null; // the startup probe has passed since
  const failure = explained(last.why, new Date(last.at));
  const isSilent = failure.starting && !container?.started && last.at - startedAt >= SILENT_MS;
  return isSilent ? { ...failure, message: `${failure.message} ${NEVER_LISTENS}` } : failure;
}

/** The HTTP status of the last failed probe, by any process of the pod. */
export const lastProbeStatus = (pod: Pod, warnings: readonly KubeEvent[]): number | null => {
  const status = STATUS.exec(lastFailure(pod, warnings)?.why ?? '')?.[1];
  return status === undefined ? null : Number(status);
};

function lastFailure({ metadata }: Pod, warnings: readonly KubeEvent[]) {
  const last = warnings.findLast(
    ({ involvedObject, reason }) => involvedObject.uid === metadata.uid && reason === 'Unhealthy',
  );
  const [, probe, why] = FAILED.exec(last?.message ?? '') ?? [];
  return last && why !== undefined ? { probe, why: why.trim(), at: occurredAt(last) } : null;
}

function explained(why: string, at: Date): ProbeFailure {
  const status = STATUS.exec(why)?.[1];
  if (status !== undefined) return { message: `The health check answers ${status}.`, starting: false };
  if (REFUSED.test(why)) {
    return { message: `Nothing listened on PORT at ${at.toISOString().slice(11, 16)} UTC.`, starting: true };
  }
  if (TIMEOUT.test(why)) return { message: 'The health check does not answer in time.', starting: false };
  return { message: `The health check fails: ${why}`, starting: false };
}
