import { describe, expect, it } from '@jest/globals';
import { podOf, statefulSetOf } from '../../../test/pods.js';
import { workload } from '../../../test/supervisor.js';
import { revisionOf } from '../../workload.js';
import { replicaOf } from './replica-of.js';
import { pathsToRecord, servedPath } from './served-paths.js';

const wanted = workload('echo', { path: '/v2' });
const current = revisionOf(wanted);
const pods = (...revisions: string[]) =>
  revisions.map((revision) => podOf({ annotations: { 'mcp-gateway.io/revision': revision } }));
/** A StatefulSet of that revision, with these paths noted. */
const noting = (revision: string, paths: Record<string, string>) => {
  const set = statefulSetOf(2);
  const notes = Object.entries(paths).map(([each, path]) => [`mcp-gateway.io/path-of-revision-${each}`, path]);
  const annotations = { 'mcp-gateway.io/revision': revision, ...Object.fromEntries(notes) };
  return { ...set, metadata: { ...set.metadata, annotations } };
};

describe('the paths that are noted', () => {
  it.each([
    ['the wanted one when there is nothing', undefined, [], {}],
    ['what pods have that still serve', noting('r1', { r1: '/mcp' }), ['r1', 'r1'], { r1: '/mcp' }],
    ['that of the revision before, whose pods may not be seen yet', noting('r1', { r1: '/mcp' }), [], { r1: '/mcp' }],
    ['each of several', noting('r2', { r1: '/mcp', r2: '/x' }), ['r1', 'r2'], { r1: '/mcp', r2: '/x' }],
    ['none of a revision that no pod has any more', noting('r2', { r1: '/mcp', r2: '/x' }), ['r2'], { r2: '/x' }],
    [
      'all there are, when nothing changes',
      noting(current, { r1: '/mcp', [current]: '/v2' }),
      [current],
      { r1: '/mcp' },
    ],
    ['none of a revision of which nothing was noted', noting('r1', {}), ['r1', ''], {}],
    ['the wanted one as it is now, whatever was noted', noting(current, { [current]: '/edited' }), [current], {}],
  ])('are, beside the wanted one, %s', (_which, statefulSet, revisions, others) => {
    const objects = { statefulSet, own: [], pods: pods(...revisions), warnings: [] };
    expect(pathsToRecord(objects, wanted)).toEqual({ ...others, [current]: '/v2' });
  });
});

describe('the endpoint of a pod', () => {
  const now = new Date('2026-11-20T09:00:01Z');
  const [pod] = pods('r1') as [ReturnType<typeof podOf>];

  it('has the path that was noted of its revision, not that of another', () => {
    const set = noting('r2', { r1: '/mcp', r2: '/v2' });
    expect(replicaOf(pod, set, [], now).endpoint?.path).toBe('/mcp');
    expect(servedPath(set, 'r2')).toBe('/v2');
  });

  it.each([
    ['nothing was noted of its revision', noting('r2', { r2: '/v2' })],
    ['its StatefulSet is gone', undefined],
  ])('has none when %s', (_why, set) => {
    expect(replicaOf(pod, set, [], now).endpoint).not.toHaveProperty('path');
  });
});
