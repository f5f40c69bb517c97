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
      'request its path from the start',
      '/live',
      'http',
      ['startup /live 3×100', 'readiness /live 5×2', 'liveness /live 10×12'],
    ],
    [
      'only open the port at the start when the path is the default, and restart it after more than five minutes',
      '/healthz',
      'http',
      ['startup 8000 3×100', 'readiness /healthz 5×2', 'liveness /healthz 10×33'],
    ],
    [
      'only open the port when the health check is TCP',
      '/healthz',
      'tcp',
      ['startup 8000 3×100', 'readiness 8000 5×2', 'liveness 8000 10×12'],
    ],
  ])('%s', (_what, path, by, expected) => {
    expect(seen(path, by)).toEqual(expected);
  });

  it.each([
    [undefined, 'HTTP'],
    [true, 'HTTPS'],
  ])('speak TLS when the server does (%s)', (tls, scheme) => {
    const probes = probesOf(workload('echo', { healthPath: '/live', ...(tls && { tls }) }), { by: 'http' });
    expect(START.map((name) => probes[`${name}Probe`]?.httpGet?.scheme)).toEqual([scheme, scheme, scheme]);
  });

  it('request the default path from the start when the spec names it', () => {
    expect(seen('/healthz', 'http', 'http')[0]).toBe('startup /healthz 3×100');
  });
});
