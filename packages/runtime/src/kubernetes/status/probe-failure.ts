import type { KubeEvent, Pod } from '../api/objects.js';

export interface ProbeFailure {
  /** A sentence. */
  message: string;
  /** Nothing listens yet, as with every server that starts. */
  starting: boolean;
  /** There is no such path. */
  notFound: boolean;
}

const FAILED = /^(Startup|Readiness|Liveness) probe failed: ([\s\S]*)$/;
const STATUS = /^HTTP probe failed with statuscode: (\d+)/;
const REFUSED = /connection refused/;
const TIMEOUT = /deadline exceeded|timeout|Client\.Timeout/i;

/** What the kubelet last said about the health check of this pod; it says so in events only. */
export function probeFailure(pod: Pod, warnings: readonly KubeEvent[]): ProbeFailure | null {
  const last = warnings.findLast(
    ({ involvedObject, reason }) => involvedObject.uid === pod.metadata.uid && reason === 'Unhealthy',
  );
  const [, , why] = FAILED.exec(last?.message ?? '') ?? [];
  return why === undefined ? null : explained(why.trim());
}

function explained(why: string): ProbeFailure {
  const status = STATUS.exec(why)?.[1];
  if (status !== undefined) {
    return { message: `The health check answers ${status}.`, starting: false, notFound: status === '404' };
  }
  if (REFUSED.test(why)) return { message: 'Nothing listens on PORT.', starting: true, notFound: false };
  if (TIMEOUT.test(why))
    return { message: 'The health check does not answer in time.', starting: false, notFound: false };
  return { message: `The health check fails: ${why}`, starting: false, notFound: false };
}
