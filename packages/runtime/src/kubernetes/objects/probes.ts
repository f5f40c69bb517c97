import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { DEFAULT_HEALTH_PATH, STARTUP_SECONDS } from '../../health.js';
import type { Workload } from '../../workload.js';

/** How the kubelet checks a replica. `answer` is the HTTP status that showed that there is no health endpoint. */
export type HealthCheck = { by: 'http' } | { by: 'tcp'; answer?: string };

type Asked = Pick<V1Probe, 'httpGet' | 'tcpSocket'>;
type Probes = Pick<V1Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/** Seconds between two startup probes. */
const START_PERIOD = 3;

/**
 * After the start, ten seconds of failing probes take a replica out of the routes for new sessions. Only two minutes of failing
 * probes restart it, because a restart ends its sessions.
 *
 * The kubelet writes 25 events about a pod, and then one every five minutes. So the startup probe runs every three seconds only.
 * With the default path, which need not exist, the startup probe only opens the port, and the liveness probe takes longer than
 * five minutes: by then an event shows that the path is missing.
 */
export function probesOf({ healthPath, healthType, port }: Workload, { by }: HealthCheck): Probes {
  const open = { tcpSocket: { port } };
  const asked = by === 'http' ? { httpGet: { path: healthPath, port, scheme: 'HTTP' } } : open;
  const assumed = by === 'http' && healthType === undefined && healthPath === DEFAULT_HEALTH_PATH;
  const every = (periodSeconds: number, failureThreshold: number, timeoutSeconds: number, what: Asked): V1Probe => ({
    ...what,
    periodSeconds,
    failureThreshold,
    timeoutSeconds,
    successThreshold: 1,
  });
  return {
    startupProbe: every(START_PERIOD, STARTUP_SECONDS / START_PERIOD, 2, assumed ? open : asked),
    readinessProbe: every(5, 2, 3, asked),
    livenessProbe: every(10, assumed ? 33 : 12, 5, asked),
  };
}
