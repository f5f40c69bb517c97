import type { V1Container, V1Probe } from '@kubernetes/client-node';
import type { Workload } from '../../workload.js';

/** `tcp` when the server has no health endpoint, so that an open port has to do. */
export type HealthCheck = 'http' | 'tcp';

type Probes = Pick<V1Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/**
 * A server may take five minutes to start. Then ten seconds of failing take it out of the routes for new sessions, and two
 * minutes end it, since a start anew ends the sessions it has.
 */
export function probesOf({ healthPath, port }: Workload, check: HealthCheck): Probes {
  const of = (probe: V1Probe): V1Probe => ({
    ...(check === 'http' ? { httpGet: { path: healthPath, port, scheme: 'HTTP' } } : { tcpSocket: { port } }),
    successThreshold: 1,
    ...probe,
  });
  return {
    startupProbe: of({ periodSeconds: 1, failureThreshold: 300, timeoutSeconds: 2 }),
    readinessProbe: of({ periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 3 }),
    livenessProbe: of({ periodSeconds: 10, failureThreshold: 12, timeoutSeconds: 5 }),
  };
}
