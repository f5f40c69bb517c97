import { describe, expect, it } from '@jest/globals';
import { podOf, running, waiting } from '../../../test/pods.js';
import type { ContainerStatus, Pod } from '../api/types.js';
import { wasReady } from './rollout.js';

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
