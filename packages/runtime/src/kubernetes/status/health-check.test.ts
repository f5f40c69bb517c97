import { describe, expect, it } from '@jest/globals';
import { notReady, podOf, running, statefulSetOf, warning } from '../../../test/pods.js';
import type { Pod, StatefulSet } from '../api/types.js';
import { healthCheckOf, lastProbeStatus, probeFailure } from './health-check.js';

const NOT_FOUND = 'Startup probe failed: HTTP probe failed with statuscode: 404';
const warnings = [warning('pod-uid', 'Unhealthy', NOT_FOUND)];
const since = (second: string) => [
  { type: 'Initialized', status: 'True', lastTransitionTime: '2026-11-20T08:00:10Z' },
  { type: 'Ready', status: 'False', lastTransitionTime: `2026-11-20T08:00:${second}Z` },
];
const starting: Pod['status'] = { ...notReady, containerStatuses: [running({ started: false })] };
/** It listens, which is enough for its start. */
const listens: Pod = {
  ...podOf({}, { conditions: since('10'), containerStatuses: [running()] }),
  spec: { containers: [{ name: 'server', startupProbe: {}, readinessProbe: { httpGet: {} } }] },
};
const set = statefulSetOf(2);
const byTcp: StatefulSet = {
  ...set,
  metadata: { ...set.metadata, annotations: { 'mcp-gateway.io/tcp-check-of-revision': 'r1' } },
};
const ofEarlier: StatefulSet = {
  ...set,
  metadata: { ...set.metadata, annotations: { 'mcp-gateway.io/tcp-check-of-revision': 'r0' } },
};
const other = { name: 'adapter-echo-0', uid: 'other' };
const portIsAsked = { ...podOf(other), spec: { containers: [{ name: 'server', readinessProbe: {} }] } };

const asksBeside: Pod = {
  ...podOf({}, starting),
  spec: {
    containers: [
      { name: 'proxy', readinessProbe: { httpGet: {} } },
      { name: 'server', readinessProbe: {} },
    ],
  },
};

describe('the health check of a revision with a replica that answers 404', () => {
  it.each<[what: string, statefulSet: StatefulSet, pods: Pod[], expected: 'http' | 'tcp']>([
    ['TCP when the replica has never passed', set, [podOf({}, starting)], 'tcp'],
    ['HTTP when the replica has passed before', set, [podOf({}, notReady)], 'http'],
    ['HTTP when another replica has passed', set, [podOf({}, starting), podOf(other)], 'http'],
    ['TCP when another replica passes a TCP check', set, [podOf({}, starting), portIsAsked], 'tcp'],
    ['TCP when the replica listens and has never passed', set, [listens], 'tcp'],
    [
      'HTTP when the replica listens and has passed',
      set,
      [{ ...listens, status: { ...listens.status, conditions: since('40') } }],
      'http',
    ],
    ['TCP when the annotations say so for the revision', byTcp, [], 'tcp'],
    ['HTTP when the annotations say so for an earlier revision', ofEarlier, [], 'http'],
    [
      'HTTP when the replica is of another revision',
      set,
      [podOf({ annotations: { 'mcp-gateway.io/revision': 'r0' } }, starting)],
      'http',
    ],
    ['HTTP when only a sidecar has an HTTP probe', set, [asksBeside], 'http'],
  ])('is %s', (_what, statefulSet, pods, expected) => {
    expect(healthCheckOf({ statefulSet, own: [], pods, warnings }, 'r1', undefined).by).toBe(expected);
  });

  it('is HTTP while the desired revision is unknown', () => {
    const objects = { statefulSet: set, own: [], pods: [podOf({}, starting)], warnings };
    expect(healthCheckOf(objects, null, undefined).by).toBe('http');
  });

  it('is the type of the spec if the spec has one', () => {
    const objects = { statefulSet: set, own: [], pods: [podOf({}, starting)], warnings };
    const types = ['http', 'tcp', 'mcp'] as const;
    expect(types.map((type) => healthCheckOf(objects, 'r1', type).by)).toEqual(['http', 'tcp', 'tcp']);
  });
});

describe('the health check of a revision with a replica that answers an error', () => {
  const checkOf = (status: number, path: string) => {
    const message = `Readiness probe failed: HTTP probe failed with statuscode: ${status}`;
    const pod: Pod = {
      ...podOf({}, starting),
      spec: { containers: [{ name: 'server', readinessProbe: { httpGet: { path } } }] },
    };
    const events = [warning('pod-uid', 'Unhealthy', message)];
    return healthCheckOf({ statefulSet: set, own: [], pods: [pod], warnings: events }, 'r1', undefined);
  };

  it.each([400, 403, 404, 405, 421])('on the default path, with %i, is TCP', (status) => {
    expect(checkOf(status, '/healthz')).toEqual({ by: 'tcp', answer: String(status) });
  });

  it.each([
    [401, '/healthz'],
    [429, '/healthz'],
    [503, '/healthz'],
    [403, '/live'],
  ])('with %i on %s is HTTP', (status, path) => {
    expect(checkOf(status, path).by).toBe('http');
  });

  it('is TCP when the server requires a client certificate', () => {
    const pod: Pod = {
      ...podOf({}, starting),
      spec: { containers: [{ name: 'server', readinessProbe: { httpGet: { path: '/healthz' } } }] },
    };
    const message = `Readiness probe failed: ${GET} remote error: tls: certificate required`;
    const events = [warning('pod-uid', 'Unhealthy', message)];
    const seen = healthCheckOf({ statefulSet: set, own: [], pods: [pod], warnings: events }, 'r1', undefined);
    expect(seen).toEqual({ by: 'tcp', answer: 'with a TLS alert' });
  });

  it('keeps the answer when the probe no longer requests the path', () => {
    const annotations = { ...byTcp.metadata.annotations, 'mcp-gateway.io/health-check-answer': '403' };
    const statefulSet = { ...byTcp, metadata: { ...byTcp.metadata, annotations } };
    const seen = healthCheckOf({ statefulSet, own: [], pods: [], warnings: [] }, 'r1', undefined);
    expect(seen).toEqual({ by: 'tcp', answer: '403' });
  });
});

const GET = 'Get "http://10.0.0.7:8000/healthz":';
const unhealthy = (message: string) => warning('pod-uid', 'Unhealthy', message);
const failure = { starting: false };
const SILENT =
  /^Nothing listened on PORT at 09:00 UTC\. The server has to listen on .* stdio, .* MCP_COMMAND and MCP_ARGS\.$/;

const startingPod = podOf({}, { containerStatuses: [running({ started: false })] });

describe('a failed probe', () => {
  it.each<[output: string, expected: object]>([
    ['HTTP probe failed with statuscode: 404', { ...failure, message: 'The health check answers 404.' }],
    ['HTTP probe failed with statuscode: 503', { ...failure, message: 'The health check answers 503.' }],
    [
      `${GET} dial tcp 10.0.0.7:8000: connect: connection refused`,
      { ...failure, message: expect.stringMatching(SILENT), starting: true },
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
  ])('with %s is explained', (output, expected) => {
    for (const probe of ['Startup', 'Readiness', 'Liveness']) {
      expect(probeFailure(startingPod, [unhealthy(`${probe} probe failed: ${output}`)])).toEqual(expected);
    }
  });

  it('names no remedy for silence while the process has just started, nor of one that has listened', () => {
    const refused = (probe: string, at: string) =>
      warning('pod-uid', 'Unhealthy', `${probe} probe failed: connect: connection refused`, at);
    const early = refused('Startup', '2026-11-20T08:00:05Z');
    expect(probeFailure(startingPod, [early])?.message).toBe('Nothing listened on PORT at 08:00 UTC.');
    const late = refused('Readiness', '2026-11-20T09:00:00Z');
    expect(probeFailure(podOf(), [late])?.message).toBe('Nothing listened on PORT at 09:00 UTC.');
  });

  it('is the last one of this pod', () => {
    const failures = ['404', '503'].map((status) =>
      unhealthy(`Startup probe failed: HTTP probe failed with statuscode: ${status}`),
    );
    const others = [
      warning('other', 'Unhealthy', 'Startup probe failed: x'),
      warning('pod-uid', 'BackOff', 'Startup probe failed: x'),
    ];
    expect(probeFailure(startingPod, [...failures, ...others])?.message).toBe('The health check answers 503.');
  });

  it.each(['Container server failed liveness probe, will be restarted', 'Startup probe errored: no container'])(
    'is null when the kubelet says %s',
    (message) => {
      expect(probeFailure(startingPod, [unhealthy(message)])).toBeNull();
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
