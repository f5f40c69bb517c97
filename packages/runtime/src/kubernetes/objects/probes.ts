import type { V1Container, V1Probe } from '@kubernetes/client-node';
import { DEFAULT_HEALTH_PATH, STARTUP_SECONDS } from '../../health.js';
import type { Workload } from '../../workload.js';

/** By TCP when an open port has to do; with the answer that says that there is no health endpoint, where one was asked. */
export type HealthCheck = { by: 'http' } | { by: 'tcp'; answer?: string };

type Asked = Pick<V1Probe, 'httpGet' | 'tcpSocket'>;
type Probes = Pick<V1Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'>;

/** In seconds. */
const START_PERIOD = 3;

/**
 * Once a server has started, ten seconds of failing take it out of the routes for new sessions, and two minutes end it, since a
 * start anew ends the sessions it has.
 *
 * The kubelet tells of 25 events of a pod, and then of one in five minutes. So a start is asked every three seconds only. And
 * where the path is an assumption, an open port has started, and it takes longer than five minutes to end it: that the path is
 * not there is told by then.
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
