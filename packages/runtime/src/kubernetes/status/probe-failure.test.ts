import { describe, expect, it } from '@jest/globals';
import { podOf, warning } from '../../../test/pods.js';
import { probeFailure } from './probe-failure.js';

const GET = 'Get "http://10.0.0.7:8000/healthz":';
const unhealthy = (message: string) => warning('pod-uid', 'Unhealthy', message);
const failure = { starting: false, notFound: false };

describe('a probe that fails', () => {
  it.each<[said: string, expected: object]>([
    [
      'HTTP probe failed with statuscode: 404',
      { ...failure, message: 'The health check answers 404.', notFound: true },
    ],
    ['HTTP probe failed with statuscode: 503', { ...failure, message: 'The health check answers 503.' }],
    [
      `${GET} dial tcp 10.0.0.7:8000: connect: connection refused`,
      { ...failure, message: 'Nothing listens on PORT.', starting: true },
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
  ])('with %s is told in our words', (said, expected) => {
    for (const probe of ['Startup', 'Readiness', 'Liveness']) {
      expect(probeFailure(podOf(), [unhealthy(`${probe} probe failed: ${said}`)])).toEqual(expected);
    }
  });

  it('is the last of this pod', () => {
    const told = ['404', '503'].map((status) =>
      unhealthy(`Startup probe failed: HTTP probe failed with statuscode: ${status}`),
    );
    const others = [
      warning('other', 'Unhealthy', 'Startup probe failed: x'),
      warning('pod-uid', 'BackOff', 'Startup probe failed: x'),
    ];
    expect(probeFailure(podOf(), [...told, ...others])?.message).toBe('The health check answers 503.');
  });

  it.each(['Container server failed liveness probe, will be restarted', 'Startup probe errored: no container'])(
    'is none when the kubelet says %s',
    (message) => {
      expect(probeFailure(podOf(), [unhealthy(message)])).toBeNull();
    },
  );
});
