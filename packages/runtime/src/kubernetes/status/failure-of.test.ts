import { describe, expect, it } from '@jest/globals';
import { podOf, statefulSetOf, waiting, warning } from '../../../test/pods.js';
import type { KubeEvent, Pod } from '../api/objects.js';
import { failureOf } from './failure-of.js';

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

const table: [what: string, pods: Pod[], warnings: KubeEvent[], reason: string | null, said: string][] = [
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
    'the wait before it is tried again',
    [podOf({}, waiting('ImagePullBackOff', 'Back-off'))],
    [],
    'ImagePullBackOff',
    'Check its name',
  ],
  ['an image that was not pulled for a pod that goes', [podOf(DELETED, waiting('ErrImagePull'))], [], null, ''],
  [
    'no node',
    [podOf(), podOf({}, unschedulable)],
    [],
    'Unschedulable',
    'No node takes adapter-echo-1: 0/3 nodes are available.',
  ],
  [
    'a Secret that is not there',
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
    'a quota that has been met before the last pod was made',
    [podOf()],
    [refused(QUOTA, '2026-11-20T07:00:00Z')],
    null,
    '',
  ],
  ['what is said of something else', [], [warning('other', 'FailedCreate', QUOTA)], null, ''],
];

describe('what keeps replicas from starting, when there is', () => {
  it.each(table)('%s', (_what, pods, warnings, reason, said) => {
    const failure = failureOf(statefulSetOf(2), pods, warnings);
    expect(failure?.reason ?? null).toBe(reason);
    expect(failure?.message ?? '').toContain(said);
  });

  it('no StatefulSet, is nothing', () => {
    expect(failureOf(undefined, [], [refused(QUOTA)])).toBeNull();
  });

  it('a message of many lines, is shortened', () => {
    const pod = podOf({}, waiting('ErrImagePull', 'x'.repeat(5_000)));
    expect(failureOf(statefulSetOf(1), [pod], [])?.message.length).toBeLessThan(700);
  });
});
