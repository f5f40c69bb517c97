import { describe, expect, it } from '@jest/globals';
import { notReady, podOf, running, statefulSetOf, warning } from '../../../test/pods.js';
import type { Pod, StatefulSet } from '../api/types.js';
import { healthCheckOf } from './health-check-of.js';

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

describe('replicas of which one answers 404', () => {
  it.each<[what: string, statefulSet: StatefulSet, pods: Pod[], expected: 'http' | 'tcp']>([
    ['by their port when it has never passed', set, [podOf({}, starting)], 'tcp'],
    ['by their path when it has passed before', set, [podOf({}, notReady)], 'http'],
    ['by their path when another has passed', set, [podOf({}, starting), podOf(other)], 'http'],
    ['by their port when another passes whose port is asked', set, [podOf({}, starting), portIsAsked], 'tcp'],
    ['by their port when it listens and has never passed', set, [listens], 'tcp'],
    [
      'by their path when it listens and has passed',
      set,
      [{ ...listens, status: { ...listens.status, conditions: since('40') } }],
      'http',
    ],
    ['by their port when that has been found before', byTcp, [], 'tcp'],
    ['by their path when that has been found of an earlier revision', ofEarlier, [], 'http'],
    [
      'by their path when it is of another revision',
      set,
      [podOf({ annotations: { 'mcp-gateway.io/revision': 'r0' } }, starting)],
      'http',
    ],
    ['by their path when only something beside asks for a path', set, [asksBeside], 'http'],
  ])('are checked %s', (_what, statefulSet, pods, expected) => {
    expect(healthCheckOf({ statefulSet, own: [], pods, warnings }, 'r1', undefined).by).toBe(expected);
  });

  it('are checked by their path as long as nobody knows which revision is wanted', () => {
    const objects = { statefulSet: set, own: [], pods: [podOf({}, starting)], warnings };
    expect(healthCheckOf(objects, null, undefined).by).toBe('http');
  });

  it('are checked as the spec says, where it says', () => {
    const objects = { statefulSet: set, own: [], pods: [podOf({}, starting)], warnings };
    const types = ['http', 'tcp', 'mcp'] as const;
    expect(types.map((type) => healthCheckOf(objects, 'r1', type).by)).toEqual(['http', 'tcp', 'tcp']);
  });
});

describe('replicas of which one answers no', () => {
  const checkOf = (status: number, path: string) => {
    const message = `Readiness probe failed: HTTP probe failed with statuscode: ${status}`;
    const pod: Pod = {
      ...podOf({}, starting),
      spec: { containers: [{ name: 'server', readinessProbe: { httpGet: { path } } }] },
    };
    const told = [warning('pod-uid', 'Unhealthy', message)];
    return healthCheckOf({ statefulSet: set, own: [], pods: [pod], warnings: told }, 'r1', undefined);
  };

  it.each([400, 403, 404, 405, 421])('on the default path, with %i, are checked by their port', (status) => {
    expect(checkOf(status, '/healthz')).toEqual({ by: 'tcp', answer: String(status) });
  });

  it.each([
    [401, '/healthz'],
    [429, '/healthz'],
    [503, '/healthz'],
    [403, '/live'],
  ])('with %i on %s are checked by their path', (status, path) => {
    expect(checkOf(status, path).by).toBe('http');
  });

  it('are still said to have answered so when nobody asks any more', () => {
    const annotations = { ...byTcp.metadata.annotations, 'mcp-gateway.io/health-check-answer': '403' };
    const statefulSet = { ...byTcp, metadata: { ...byTcp.metadata, annotations } };
    const seen = healthCheckOf({ statefulSet, own: [], pods: [], warnings: [] }, 'r1', undefined);
    expect(seen).toEqual({ by: 'tcp', answer: '403' });
  });
});
