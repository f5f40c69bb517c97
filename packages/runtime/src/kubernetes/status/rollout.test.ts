import { describe, expect, it } from '@jest/globals';
import { notReady, podOf, running, statefulSetOf, waiting } from '../../../test/pods.js';
import type { Pod, StatefulSet, ContainerStatus } from '../api/types.js';
import { brokenPodsOf, wasReady } from './rollout.js';

const OLD = { labels: { 'controller-revision-hash': 'adapter-echo-old' } };
const NEW = { labels: { 'controller-revision-hash': 'adapter-echo-new' } };
const ENDING = { deletionTimestamp: 'now' };
const starting = { conditions: [], containerStatuses: [running({ started: false })] };
const restarted = (reason?: string): Pod['status'] => ({
  conditions: [
    { type: 'Initialized', status: 'True', lastTransitionTime: '2026-11-20T08:00:00Z' },
    { type: 'Ready', status: 'False', lastTransitionTime: '2026-11-20T08:30:00Z' },
  ],
  containerStatuses: [
    running({ started: false, restartCount: 3, ...(reason !== undefined && { state: { waiting: { reason } } }) }),
  ],
});
const crashing = running({ name: 'proxy', state: { waiting: { reason: 'CrashLoopBackOff' } } });
const beside = { ...restarted(), containerStatuses: [crashing, ...(restarted()?.containerStatuses ?? [])] };
const set = statefulSetOf(2);
const unseen: StatefulSet = { ...set, metadata: { ...set.metadata, generation: 3 } };

describe('a pod that blocks a rollout', () => {
  it.each<[what: string, statefulSet: StatefulSet, pod: Pod, broken: boolean]>([
    ['is one of a former revision that has never started', set, podOf(OLD, starting), true],
    ['is one of a former revision whose image does not exist', set, podOf(OLD, waiting('ErrImagePull')), true],
    [
      'is one of a former revision without a node',
      set,
      podOf(OLD, { phase: 'Pending', conditions: [], containerStatuses: [] }),
      true,
    ],
    ['is not one that serves', set, podOf(OLD), false],
    ['is not one that has served and is being restarted', set, podOf(OLD, restarted()), false],
    ['is not one that has served, beside a crashing sidecar', set, podOf(OLD, beside), false],
    ['is one that has served and keeps crashing', set, podOf(OLD, restarted('CrashLoopBackOff')), true],
    ['is not one of the new revision', set, podOf(NEW, starting), false],
    ['is not one that is terminating', set, podOf({ ...OLD, ...ENDING }, starting), false],
    ['is none while the controller has not observed the new revision', unseen, podOf(OLD, starting), false],
  ])('%s', (_what, statefulSet, pod, broken) => {
    expect(brokenPodsOf({ statefulSet, own: [], pods: [pod], warnings: [] })).toEqual(broken ? [pod] : []);
  });

  it.each<[what: string, wanted: Pod['status'], broken: boolean, more?: object]>([
    ['not while a pod of the new revision does not get ready', waiting('ErrImagePull'), false],
    ['not while a pod of the new revision answers an error', notReady, false],
    ['not while a pod of the new revision is terminating', {}, false, ENDING],
    ['once the pods of the new revision are ready', {}, true],
  ])('is one that has served and keeps crashing: %s', (_what, wanted, broken, more = {}) => {
    const old = podOf(OLD, restarted('CrashLoopBackOff'));
    const pods = [old, podOf({ ...NEW, ...more }, wanted)];
    expect(brokenPodsOf({ statefulSet: set, own: [], pods, warnings: [] })).toEqual(broken ? [old] : []);
  });
});

const at = (second: number) => new Date(Date.UTC(2026, 10, 20, 8, 0, second)).toISOString();
const ended = { terminated: { exitCode: 1 } };

/** One that is not ready, of which Ready was last dated then. */
const since = (second: number, more: Partial<ContainerStatus>): Pod['status'] => ({
  conditions: [
    { type: 'Initialized', status: 'True', lastTransitionTime: at(10) },
    { type: 'Ready', status: 'False', lastTransitionTime: at(second) },
  ],
  containerStatuses: [running({ started: false, ...more })],
});

describe('a replica that', () => {
  it.each<[what: string, status: Pod['status'], served: boolean]>([
    ['is ready has served', {}, true],
    ['is ready has served, whatever else its status says', { containerStatuses: [running({ started: false })] }, true],
    ['was ready before its process ended for the first time has served', since(40, { lastState: ended }), true],
    ['is running and not ready has served', since(40, { started: true }), true],
    ['starts for the first time has not', since(10, {}), false],
    [
      'starts beside a sidecar that has started has not',
      { ...since(10, {}), containerStatuses: [running({ name: 'proxy' }), running({ started: false })] },
      false,
    ],
    ['has no image has not', waiting('ErrImagePull'), false],
    ['has no node has not', { phase: 'Pending', conditions: [], containerStatuses: [] }, false],
    ['was ready before its first process ended has served', since(40, { state: ended }), true],
    ['was ready before a restart has served', since(40, { restartCount: 1, lastState: ended }), true],
    ['was ready in a process before the last has served', since(40, { restartCount: 9 }), true],
    ['has ended without ever being ready has not', since(10, { state: ended }), false],
    ['ends again and again without ever being ready has not', since(11, { restartCount: 9, lastState: ended }), false],
    ['has run, without a time of its Ready condition, may have served', waiting('', '', { restartCount: 1 }), true],
  ])('%s', (_what, status, served) => {
    expect(wasReady(podOf({}, status))).toBe(served);
  });

  it('listens has not served where the startup probe only opens the port', () => {
    const listens = (second: number) => {
      const pod = podOf({}, since(second, { started: true }));
      return { ...pod, spec: { containers: [{ name: 'server', startupProbe: {}, readinessProbe: { httpGet: {} } }] } };
    };
    expect([wasReady(listens(10)), wasReady(listens(40))]).toEqual([false, true]);
  });
});
