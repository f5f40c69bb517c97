import { describe, expect, it } from '@jest/globals';
import { podOf, running, statefulSetOf, waiting } from '../../test/pods.js';
import type { Pod, StatefulSet } from './api/objects.js';
import { brokenPodsOf } from './rollout.js';

const OLD = { labels: { 'controller-revision-hash': 'adapter-echo-old' } };
const NEW = { labels: { 'controller-revision-hash': 'adapter-echo-new' } };
const starting = { containerStatuses: [running({ started: false })] };
const set = statefulSetOf(2);
const unseen: StatefulSet = { ...set, metadata: { ...set.metadata, generation: 3 } };

describe('a pod that a rollout would wait for in vain', () => {
  it.each<[what: string, statefulSet: StatefulSet, pod: Pod, broken: boolean]>([
    ['is one of a former revision that has never started', set, podOf(OLD, starting), true],
    ['is one of a former revision whose image does not exist', set, podOf(OLD, waiting('ErrImagePull')), true],
    ['is one of a former revision without a node', set, podOf(OLD, { phase: 'Pending', containerStatuses: [] }), true],
    ['is none that has served', set, podOf(OLD), false],
    ['is none of the new revision', set, podOf(NEW, starting), false],
    ['is none that is ending', set, podOf({ ...OLD, deletionTimestamp: 'now' }, starting), false],
    ['is none while the controller has not seen the new revision', unseen, podOf(OLD, starting), false],
  ])('%s', (_what, statefulSet, pod, broken) => {
    expect(brokenPodsOf({ statefulSet, own: [], pods: [pod], warnings: [] })).toEqual(broken ? [pod] : []);
  });
});
