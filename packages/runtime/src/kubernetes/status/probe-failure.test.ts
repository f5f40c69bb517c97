import { describe, expect, it } from '@jest/globals';
import { podOf, running, warning } from '../../../test/pods.js';
import { lastProbeStatus, probeFailure } from './probe-failure.js';

const GET = 'Get "http://10.0.0.7:8000/healthz":';
const unhealthy = (message: string) => warning('pod-uid', 'Unhealthy', message);
const failure = { starting: false };

const starting = podOf({}, { containerStatuses: [running({ started: false })] });

describe('a failed probe', () => {
  it.each<[said: string, expected: object]>([
    ['HTTP probe failed with statuscode: 404', { ...failure, message: 'The health check answers 404.' }],
    ['HTTP probe failed with statuscode: 503', { ...failure, message: 'The health check answers 503.' }],
    [
      `${GET} dial tcp 10.0.0.7:8000: connect: connection refused`,
      { ...failure, message: 'Nothing listened on PORT at 09:00 UTC.', starting: true },
    ],
    [
      `${GET} context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      { ...failure, message: 'The health check does not answer in time.' },
    ],
    [`${GET} context deadline exceeded`, { ...failure, message: 'The health check does not answer in time.' }],
    [
      `${GET} dial tcp 10.0.0.7:8000: i/o timeout`,
      { ...failure, message: 'The health check does not answer in time.' },
    ],
    [`${GET} net/http: Timeout awaiting headers`, { ...failure, message: 'The health check does not answer in time.' }],
    [`${GET} EOF\nat the end\n`, { ...failure, message: `The health check fails: ${GET} EOF\nat the end` }],
  ])('with %s is explained', (said, expected) => {
    for (const probe of ['Startup', 'Readiness', 'Liveness']) {
      expect(probeFailure(starting, [unhealthy(`${probe} probe failed: ${said}`)])).toEqual(expected);
    }
  });

  it('is the last one of this pod', () => {
    const told = ['404', '503'].map((status) =>
      unhealthy(`Startup probe failed: HTTP probe failed with statuscode: ${status}`),
    );
    const others = [
      warning('other', 'Unhealthy', 'Startup probe failed: x'),
      warning('pod-uid', 'BackOff', 'Startup probe failed: x'),
    ];
    expect(probeFailure(starting, [...told, ...others])?.message).toBe('The health check answers 503.');
  });

  it.each(['Container server failed liveness probe, will be restarted', 'Startup probe errored: no container'])(
    'is null when the kubelet says %s',
    (message) => {
      expect(probeFailure(starting, [unhealthy(message)])).toBeNull();
    },
  );

  it('is null when it is a startup probe that has passed since, or is older than the process', () => {
    const failed = (probe: string, at: string) =>
      warning('pod-uid', 'Unhealthy', `${probe} probe failed: HTTP probe failed with statuscode: 404`, at);
    const now = '2026-11-20T09:00:00Z';
    const before = '2026-11-20T08:00:01Z';
    expect(probeFailure(podOf(), [failed('Startup', now)])).toBeNull();
    expect(probeFailure(podOf(), [failed('Readiness', now)])).not.toBeNull();
    expect(probeFailure(podOf(), [failed('Readiness', before)])).toBeNull();
    expect(lastProbeStatus(podOf(), [failed('Readiness', before)])).toBe(404);
  });
});
