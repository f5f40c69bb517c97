import { describe, expect, it } from '@jest/globals';
import { podOf, statefulSetOf } from '../../../test/pods.js';
import { workload } from '../../../test/supervisor.js';
import { desiredWorkload } from '../../workload.js';
import { replicaOf } from './replica-of.js';
import { pathsToRecord, servedPath } from './served-paths.js';

const desired = desiredWorkload(workload('echo', { path: '/v2' }));
const current = desired.revision;
const pods = (...revisions: string[]) =>
  revisions.map((revision) => podOf({ annotations: { 'mcp-gateway.io/revision': revision } }));
/** A StatefulSet of that revision, with these paths noted. */
const noting = (revision: string, paths: Record<string, string>) => {
  const set = statefulSetOf(2);
  const notes = Object.entries(paths).map(([each, path]) => [`mcp-gateway.io/path-of-revision-${each}`, path]);
  const annotations = { 'mcp-gateway.io/revision': revision, ...Object.fromEntries(notes) };
  return { ...set, metadata: { ...set.metadata, annotations } };
};

describe('the recorded paths', () => {
  it.each([
    ['the desired one without any object', undefined, [], {}],
    ['the path of pods that still serve', noting('r1', { r1: '/mcp' }), ['r1', 'r1'], { r1: '/mcp' }],
    [
      'that of the previous revision, whose pods may not be visible yet',
      noting('r1', { r1: '/mcp' }),
      [],
      { r1: '/mcp' },
    ],
    ['each of several revisions', noting('r2', { r1: '/mcp', r2: '/x' }), ['r1', 'r2'], { r1: '/mcp', r2: '/x' }],
    ['none of a revision without pods', noting('r2', { r1: '/mcp', r2: '/x' }), ['r2'], { r2: '/x' }],
    [
      'all recorded ones, when nothing changes',
      noting(current, { r1: '/mcp', [current]: '/v2' }),
      [current],
      { r1: '/mcp' },
    ],
    ['none of a revision without a record', noting('r1', {}), ['r1', ''], {}],
    ['the desired one as it is now, whatever was recorded', noting(current, { [current]: '/edited' }), [current], {}],
  ])('are, beside the desired one, %s', (_which, statefulSet, revisions, others) => {
    const objects = { statefulSet, own: [], pods: pods(...revisions), warnings: [] };
    expect(pathsToRecord(objects, desired)).toEqual({ ...others, [current]: '/v2' });
  });
});

it.each([
  ['before', '0', 'f'],
  ['after', 'f', '0'],
])('the recorded paths have one order, with the desired revision %s the other', (_place, ...names) => {
  const paths = Object.fromEntries(names.map((name) => [name, '/mcp']));
  const recorded = pathsToRecord(
    { statefulSet: noting(names[0], paths), own: [], pods: pods(...names), warnings: [] },
    desired,
  );
  expect(Object.keys(recorded)).toEqual(Object.keys(recorded).toSorted());
  const later = { statefulSet: noting(current, recorded), own: [], pods: pods(current), warnings: [] };
  expect(JSON.stringify(pathsToRecord(later, desired))).toBe(JSON.stringify(recorded));
});

describe('the endpoint of a pod', () => {
  const now = new Date('2026-11-20T09:00:01Z');
  const [pod] = pods('r1') as [ReturnType<typeof podOf>];

  it('has the recorded path of its revision, not that of another', () => {
    const set = noting('r2', { r1: '/mcp', r2: '/v2' });
    expect(replicaOf(pod, set, [], now).endpoint?.path).toBe('/mcp');
    expect(servedPath(set, 'r2')).toBe('/v2');
  });

  it.each([
    ['its revision has no record', noting('r2', { r2: '/v2' })],
    ['its StatefulSet is gone', undefined],
  ])('has no path when %s', (_why, set) => {
    expect(replicaOf(pod, set, [], now).endpoint).not.toHaveProperty('path');
  });
});
