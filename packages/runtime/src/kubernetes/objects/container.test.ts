import { describe, expect, it } from '@jest/globals';
import { workload } from '../../../test/supervisor.js';
import { probesOf, type HealthCheck } from './container.js';

const START = ['startup', 'readiness', 'liveness'] as const;

/** The request of each probe, and the seconds of failures after which the kubelet acts. */
const seen = (healthPath: string, by: HealthCheck['by'], healthType?: 'http') => {
  const probes = probesOf(workload('echo', { healthPath, healthType, port: 8000 }), { by });
  return START.map((name) => {
    const { httpGet, tcpSocket, periodSeconds = 0, failureThreshold = 0 } = probes[`${name}Probe`] ?? {};
    return `${name} ${httpGet?.path ?? tcpSocket?.port} ${periodSeconds}×${failureThreshold}`;
  });
};

describe('the probes of a replica', () => {
  it.each<[what: string, path: string, by: HealthCheck['by'], expected: string[]]>([
    [
      'ask for its path from the start',
      '/live',
      'http',
      ['startup /live 3×100', 'readiness /live 5×2', 'liveness /live 10×12'],
    ],
    [
      'let it start with an open port where the path is an assumption, and live until that is known to be wrong',
      '/healthz',
      'http',
      ['startup 8000 3×100', 'readiness /healthz 5×2', 'liveness /healthz 10×33'],
    ],
    [
      'ask for the port alone when that has to do',
      '/healthz',
      'tcp',
      ['startup 8000 3×100', 'readiness 8000 5×2', 'liveness 8000 10×12'],
    ],
  ])('%s', (_what, path, by, expected) => {
    expect(seen(path, by)).toEqual(expected);
  });

  it('ask for the default path from the start when the spec names it', () => {
    expect(seen('/healthz', 'http', 'http')[0]).toBe('startup /healthz 3×100');
  });
});
