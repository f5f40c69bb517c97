import { describe, expect, it } from '@jest/globals';
import { podOf, statefulSetOf, waiting, warning } from '../../../test/pods.js';
import type { ContainerStatus, KubeEvent, Pod } from '../api/types.js';
import { workloadFailure } from './workload-failure.js';

const DELETED = { deletionTimestamp: '2026-11-20T09:00:00Z' };
const unschedulable = {
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available.' }],
};
const CREATE =
  'create Pod adapter-echo-1 in StatefulSet adapter-echo failed error: pods "adapter-echo-1" is forbidden:';
const QUOTA = `${CREATE} exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1`;
const SECURITY = `${CREATE} violates PodSecurity "restricted:latest"`;
const refused = (message: string, at?: string) => warning('set-uid', 'FailedCreate', message, at);

const init = (state: ContainerStatus['state'], exitCode = 0): ContainerStatus => ({
  name: 'mesh',
  restartCount: 0,
  ...(state && { state }),
  ...(exitCode > 0 && { lastState: { terminated: { exitCode } } }),
});

const table: [what: string, pods: Pod[], warnings: KubeEvent[], reason: string | null, message: string][] = [
  ['pods that run', [podOf()], [], null, ''],
  ['a crash', [podOf({}, waiting('CrashLoopBackOff'))], [], null, ''],
  [
    'an image that cannot be pulled',
    [podOf({}, waiting('ErrImagePull', 'not found'))],
    [],
    'ImagePullBackOff',
    'registry/echo:1',
  ],
  [
    'the wait before the next pull',
    [podOf({}, waiting('ImagePullBackOff', 'Back-off'))],
    [],
    'ImagePullBackOff',
    'Check its name',
  ],
  ['an image that was not pulled for a terminating pod', [podOf(DELETED, waiting('ErrImagePull'))], [], null, ''],
  ...(
    [
      [
        { waiting: { reason: 'CrashLoopBackOff' } },
        7,
        "mesh of adapter-echo-1, which is not the gateway's, fails: it ended with exit code 7.",
      ],
      [{ terminated: { exitCode: 1 } }, 0, 'fails: it ended with exit code 1.'],
      [{ waiting: { reason: 'ErrImagePull', message: 'not found' } }, 0, 'fails: ErrImagePull. not found'],
    ] as const
  ).map(([state, exitCode, message]): (typeof table)[number] => [
    `an init container of another owner: ${message}`,
    [podOf({}, { ...waiting('PodInitializing'), initContainerStatuses: [init(state, exitCode)] })],
    [],
    'InitContainerFailed',
    message,
  ]),
  [
    'an init container that runs or has succeeded',
    [
      podOf(
        {},
        {
          ...waiting('PodInitializing'),
          initContainerStatuses: [init({ terminated: { exitCode: 0 } }), init({ running: { startedAt: '' } }, 1)],
        },
      ),
    ],
    [],
    null,
    '',
  ],
  [
    'a pod whose sandbox cannot be created',
    [podOf({}, waiting('ContainerCreating'))],
    [warning('pod-uid', 'FailedCreatePodSandBox', 'container init was OOM-killed (memory limit too low?)')],
    'FailedCreatePodSandBox',
    'adapter-echo-1: container init was OOM-killed',
  ],
  ['a sandbox that was created at last', [podOf()], [warning('pod-uid', 'FailedCreatePodSandBox', 'no')], null, ''],
  [
    'no node',
    [podOf(), podOf({}, unschedulable)],
    [],
    'Unschedulable',
    'No node accepts adapter-echo-1: 0/3 nodes are available. Add a node that accepts it.',
  ],
  [
    'a missing Secret',
    [podOf({}, waiting('CreateContainerConfigError', 'secret "x" not found'))],
    [],
    'CreateContainerConfigError',
    'secret "x" not found',
  ],
  ['a quota', [], [refused(QUOTA)], 'QuotaExceeded', 'exceeded quota: small'],
  ['a policy', [], [refused(SECURITY)], 'PodSecurityViolation', 'violates PodSecurity'],
  [
    'a webhook',
    [],
    [refused(`${CREATE} admission webhook "x" denied the request: no`)],
    'AdmissionDenied',
    'denied the request: no',
  ],
  ['a quota that has been raised since', [podOf(), podOf()], [refused(QUOTA)], null, ''],
  [
    'a quota that was exceeded before the last pod was created',
    [podOf()],
    [refused(QUOTA, '2026-11-20T07:00:00Z')],
    null,
    '',
  ],
  ['a warning about another object', [], [warning('other', 'FailedCreate', QUOTA)], null, ''],
];

describe('the failure of a workload with', () => {
  it.each(table)('%s', (_what, pods, warnings, reason, message) => {
    const failure = workloadFailure(statefulSetOf(2), pods, warnings);
    expect(failure?.reason ?? null).toBe(reason);
    expect(failure?.message ?? '').toContain(message);
  });

  it.each(['InvalidImageName', 'ErrImageNeverPull', 'ImageInspectError'])('%s', (reason) => {
    expect(workloadFailure(statefulSetOf(1), [podOf({}, waiting(reason))], [])).toEqual({
      reason,
      message: 'The image registry/echo:1 cannot be pulled. Check its name, its version and the pull secrets.',
    });
  });

  it.each(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])('%s', (reason) => {
    expect(workloadFailure(statefulSetOf(1), [podOf({}, waiting(reason, 'no such file'))], [])).toEqual({
      reason,
      message: 'The container of adapter-echo-1 cannot be created: no such file',
    });
  });

  it.each<[what: string, reason: string, message: string | undefined]>([
    [
      'no node, and no reason',
      'Unschedulable',
      'No node accepts adapter-echo-1: the scheduler gives no reason. Add a node that accepts it.',
    ],
    ['a scheduling gate', 'SchedulingGated', undefined],
  ])('%s', (_what, reason, message) => {
    const status = { conditions: [{ type: 'PodScheduled', status: 'False', reason }] };
    expect(workloadFailure(statefulSetOf(1), [podOf({}, status)], [])?.message).toBe(message);
  });

  const LATE = '2026-11-20T10:00:00Z';
  const [quota, policy] = [refused(QUOTA), refused(SECURITY)];
  it.each<[what: string, pods: Pod[], warnings: KubeEvent[], reason: string | undefined]>([
    ['one failure after another, is the last', [], [quota, policy], 'PodSecurityViolation'],
    [
      'a failure in the second of the last pod, is that',
      [podOf({ creationTimestamp: LATE })],
      [refused(QUOTA, LATE)],
      'QuotaExceeded',
    ],
    ['a failure between two pods, is nothing', [podOf(), podOf({ creationTimestamp: LATE })], [quota], undefined],
    ['a warning of something else about it, is nothing', [], [warning('set-uid', 'FailedDelete', QUOTA)], undefined],
    [
      'a failure that only has the time of its event, is that',
      [podOf()],
      [{ ...refused(QUOTA, '2026-11-20T07:00:00Z'), lastTimestamp: null, eventTime: LATE }],
      'QuotaExceeded',
    ],
  ])('%s', (_what, pods, warnings, reason) => {
    expect(workloadFailure(statefulSetOf(3), pods, warnings)?.reason).toBe(reason);
  });

  it('no StatefulSet, is nothing', () => {
    expect(workloadFailure(undefined, [], [refused(QUOTA)])).toBeNull();
  });

  it.each(['ErrImagePull', 'CreateContainerError'])('%s with a long message, is shortened', (reason) => {
    const message = (length: number) =>
      workloadFailure(statefulSetOf(1), [podOf({}, waiting(reason, 'x'.repeat(length)))], [])?.message;
    expect(message(500)).toMatch(/ x{500}$/);
    expect(message(501)).toMatch(/ x{500}…$/);
  });
});
