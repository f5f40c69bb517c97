import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { STARTUP_SECONDS } from '../../startup.js';
import type { Workload } from '../../workload.js';

/** `tcp` when the server has no health endpoint, so that an open port has to do. */
export type HealthCheck = 'http' | 'tcp';

type Probes = Pick<V1Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/**
 * Once a server has started, ten seconds of failing take it out of the routes for new sessions, and two
 * minutes end it, since a start anew ends the sessions it has.
 */
export function probesOf({ healthPath, port }: Workload, check: HealthCheck): Probes {
  const every = (periodSeconds: number, failureThreshold: number, timeoutSeconds: number): V1Probe => ({
    ...(check === 'http' ? { httpGet: { path: healthPath, port, scheme: 'HTTP' } } : { tcpSocket: { port } }),
    periodSeconds,
    failureThreshold,
    timeoutSeconds,
    successThreshold: 1,
  });
  return {
    startupProbe: every(1, STARTUP_SECONDS, 2),
    readinessProbe: every(5, 2, 3),
    livenessProbe: every(10, 12, 5),
  };
}
