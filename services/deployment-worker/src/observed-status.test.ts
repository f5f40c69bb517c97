import { describe, expect, it } from '@jest/globals';
import { Condition, ReplicaStatus } from '@mcp-gateway/common/contracts';
import { ABSENT, type ObservedReplica, type Observation } from '@mcp-gateway/runtime';
import { replicaOf, rowOf, seenOf, T0, T1 } from '../test/fixtures.js';
import { desiredAdapter } from './kinds.js';
import { observedStatus } from './observed-status.js';

const row = rowOf({ replicaCount: 2 });
const r = (instance: number, state: ObservedReplica['state'], more: Partial<ObservedReplica> = {}) =>
  replicaOf(row, instance, { state, ...more });
const old = (instance: number, more: Partial<ObservedReplica> = {}) =>
  r(instance, 'Ready', { revision: 'old', ...more });
const with_ = (...replicas: ObservedReplica[]) => seenOf(row, { replicas });

const BROKEN = { reason: 'ImageNotFound', message: 'No command is known for the image "x": add it.' };
const FULL = { reason: 'Unschedulable', message: 'No node accepts it.' };
const crashing = { state: 'BackOff', restartCount: 4, message: 'It ended with exit code 7.' } as const;
const CORRECT_IMAGE = 'If imageName is wrong, correct it with PUT. Replicas that serve keep serving.';
const CORRECT = 'Correct the spec with PUT. Replicas that serve keep serving.';

/** [what, seen, phase, Ready, Progressing], the conditions as `status reason: message`. */
const table: [what: string, seen: Observation, phase: string, ready: string, progressing: string][] = [
  [
    'nothing is there yet',
    seenOf(row, { replicas: [] }),
    'Progressing',
    'False ReplicasNotReady: 0 of 2 replicas ready.',
    'True RollingOut: 0 of 2 replicas run the current spec.',
  ],
  [
    'replicas start',
    with_(r(0, 'Starting', { message: 'GET /healthz fails' }), r(1, 'Starting')),
    'Progressing',
    'False ReplicasNotReady: 0 of 2 replicas ready. echo-0: GET /healthz fails.',
    'True RollingOut: 2 of 2 replicas have the current spec, 0 of them ready.',
  ],
  [
    'one is ready, one starts',
    with_(r(0, 'Ready', { addresses: ['10.0.0.7'] }), r(1, 'Starting')),
    'Progressing',
    'False ReplicasNotReady: 1 of 2 replicas ready.',
    'True RollingOut: 2 of 2 replicas have the current spec, 1 of them ready.',
  ],
  [
    'all are ready',
    seenOf(row),
    'Ready',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    'False Complete: 2 of 2 replicas run the current spec.',
  ],
  [
    'all are ready, and the cluster rejects one of their objects',
    seenOf(row, { failure: { reason: 'NameConflict', message: 'There is a Service of that name.' } }),
    'Degraded',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    'False NameConflict: 2 of 2 replicas run the current spec. There is a Service of that name.',
  ],
  [
    'an autoscaler wants another number',
    seenOf(row, { autoscaled: true, desiredReplicas: 3, replicas: [r(0, 'Ready'), r(1, 'Ready'), r(2, 'Ready')] }),
    'Ready',
    'True AllReplicasReady: 3 of 3 replicas ready.',
    'False Complete: 3 of 3 replicas run the current spec.',
  ],
  [
    'a surplus replica is stopping',
    with_(r(0, 'Ready'), r(1, 'Ready'), r(2, 'Stopping', { endpoint: null })),
    'Progressing',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    'True RollingOut: 2 of 2 replicas run the current spec.',
  ],
  [
    'the old serve while the new start',
    with_(old(0), r(0, 'Starting'), old(1)),
    'Progressing',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    'True RollingOut: 1 of 2 replicas have the current spec, 0 of them ready.',
  ],
  [
    'the old serve while the new keep ending',
    with_(old(0), r(0, 'BackOff', crashing), old(1)),
    'Degraded',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    `False Blocked: 1 of 2 replicas have the current spec, 0 of them ready. echo-0: It ended with exit code 7. ${CORRECT}`,
  ],
  [
    'the old serve while the new cannot be started at all',
    { ...with_(old(0), r(0, 'BackOff', { endpoint: null }), old(1)), failure: BROKEN },
    'Degraded',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    `False Blocked: 1 of 2 replicas have the current spec, 0 of them ready. ${BROKEN.message} ${CORRECT_IMAGE}`,
  ],
  [
    'nothing can be started at all',
    { ...with_(r(0, 'BackOff', { endpoint: null }), r(1, 'BackOff', { endpoint: null })), failure: BROKEN },
    'Failed',
    `False ImageNotFound: ${BROKEN.message}`,
    `False Blocked: 2 of 2 replicas have the current spec, 0 of them ready. ${BROKEN.message} ${CORRECT_IMAGE}`,
  ],
  [
    'no node accepts one, which no spec corrects',
    { ...with_(r(0, 'Ready'), r(1, 'Starting')), failure: FULL },
    'Degraded',
    'False Unschedulable: No node accepts it.',
    'False Blocked: 2 of 2 replicas have the current spec, 1 of them ready. No node accepts it. Replicas that serve keep serving.',
  ],
  [
    'no node accepts one, and another keeps ending, which a spec may correct',
    { ...with_(r(0, 'BackOff', crashing), r(1, 'Starting')), failure: FULL },
    'Failed',
    'False Unschedulable: No node accepts it.',
    `False Blocked: 2 of 2 replicas have the current spec, 0 of them ready. echo-0: It ended with exit code 7. ${CORRECT}`,
  ],
  [
    'one of the current spec is leaving',
    with_(old(0), r(1, 'Stopping', { endpoint: null })),
    'Progressing',
    'False ReplicasNotReady: 1 of 2 replicas ready.',
    'True RollingOut: 0 of 2 replicas run the current spec.',
  ],
  [
    'all keep ending',
    with_(r(0, 'BackOff', crashing), r(1, 'BackOff', crashing)),
    'Failed',
    'False CrashLoopBackOff: 0 of 2 replicas ready. echo-0: It ended with exit code 7. ' +
      'GET /adapters/echo/logs?instance=0 shows what it wrote.',
    `False Blocked: 2 of 2 replicas have the current spec, 0 of them ready. echo-0: It ended with exit code 7. ${CORRECT}`,
  ],
  [
    'one keeps ending',
    with_(r(0, 'Ready'), r(1, 'BackOff', crashing)),
    'Degraded',
    'False CrashLoopBackOff: 1 of 2 replicas ready. echo-1: It ended with exit code 7. ' +
      'GET /adapters/echo/logs?instance=1 shows what it wrote.',
    `False Blocked: 2 of 2 replicas have the current spec, 1 of them ready. echo-1: It ended with exit code 7. ${CORRECT}`,
  ],
  [
    'one has ended twice',
    with_(r(0, 'Ready'), r(1, 'BackOff', { ...crashing, restartCount: 2 })),
    'Degraded',
    'False ReplicasNotReady: 1 of 2 replicas ready. echo-1: It ended with exit code 7.',
    'True RollingOut: 2 of 2 replicas have the current spec, 1 of them ready.',
  ],
  [
    'one has ended three times, which is no accident',
    with_(r(0, 'Ready'), r(1, 'BackOff', { ...crashing, restartCount: 3 })),
    'Degraded',
    'False CrashLoopBackOff: 1 of 2 replicas ready. echo-1: It ended with exit code 7. ' +
      'GET /adapters/echo/logs?instance=1 shows what it wrote.',
    `False Blocked: 2 of 2 replicas have the current spec, 1 of them ready. echo-1: It ended with exit code 7. ${CORRECT}`,
  ],
  [
    'one ended by accident and is coming back',
    with_(r(0, 'Ready'), r(1, 'Starting', { restartCount: 1 })),
    'Degraded',
    'False ReplicasNotReady: 1 of 2 replicas ready.',
    'True RollingOut: 2 of 2 replicas have the current spec, 1 of them ready.',
  ],
  [
    'one is ready again after many restarts',
    with_(r(0, 'Ready', { restartCount: 9 }), r(1, 'Ready')),
    'Ready',
    'True AllReplicasReady: 2 of 2 replicas ready.',
    'False Complete: 2 of 2 replicas run the current spec.',
  ],
  [
    'one keeps ending without a message',
    with_(r(0, 'Ready'), r(1, 'BackOff', { ...crashing, message: null })),
    'Degraded',
    'False CrashLoopBackOff: 1 of 2 replicas ready. echo-1: it keeps ending. ' +
      'GET /adapters/echo/logs?instance=1 shows what it wrote.',
    `False Blocked: 2 of 2 replicas have the current spec, 1 of them ready. echo-1: not ready. ${CORRECT}`,
  ],
  [
    'an old one keeps ending while the new start',
    with_(old(0, { ...crashing }), r(1, 'Starting')),
    'Failed',
    'False CrashLoopBackOff: 0 of 2 replicas ready. echo-0: It ended with exit code 7. ' +
      'GET /adapters/echo/logs?instance=0 shows what it wrote.',
    `False Blocked: 1 of 2 replicas have the current spec, 0 of them ready. ${CORRECT}`,
  ],
  [
    'one does not answer any more',
    with_(r(0, 'Ready'), r(1, 'NotReady', { message: 'GET /healthz answers 500' })),
    'Degraded',
    'False ReplicasNotReady: 1 of 2 replicas ready. echo-1: GET /healthz answers 500.',
    `False Blocked: 2 of 2 replicas have the current spec, 1 of them ready. echo-1: GET /healthz answers 500. ${CORRECT}`,
  ],
  [
    'none answers any more',
    with_(r(0, 'NotReady'), r(1, 'NotReady')),
    'Failed',
    'False ReplicasNotReady: 0 of 2 replicas ready.',
    `False Blocked: 2 of 2 replicas have the current spec, 0 of them ready. echo-0: not ready. ${CORRECT}`,
  ],
];

const text = ({ status, reason, message }: Condition) => `${status} ${reason}: ${message}`;

describe('the status when', () => {
  it.each(table)('%s', (_what, seen, phase, ready, progressing) => {
    const status = observedStatus(desiredAdapter(row), seen, T1);
    const [first, second, third] = status.conditions as [Condition, Condition, Condition];
    expect([status.phase, text(first), text(second)]).toEqual([phase, ready, progressing]);
    expect([first.type, second.type, third.type]).toEqual(['Ready', 'Progressing', 'HealthCheck']);
    for (const condition of status.conditions) expect(Condition.parse(condition)).toStrictEqual(condition);
    for (const replica of status.replicas) expect(ReplicaStatus.parse(replica)).toStrictEqual(replica);
  });

  it.each([
    ['nothing runs', ABSENT.replicas, 'Stopped', 'False Complete'],
    [
      'the last one is leaving',
      [replicaOf(row, 0, { state: 'Stopping', endpoint: null })],
      'Progressing',
      'True RollingOut',
    ],
  ])('the spec has no replicas and %s', (_what, replicas, phase, progress) => {
    const none = rowOf({ replicaCount: 0 });
    const status = observedStatus(desiredAdapter(none), seenOf(none, { replicas }), T1);
    expect(status.phase).toBe(phase);
    const [ready, progressing] = status.conditions.map(text);
    expect(ready).toBe('False ScaledToZero: The adapter is scaled to zero. PUT it with a replicaCount of 1 or more.');
    expect(progressing).toBe(`${progress}: 0 of 0 replicas run the current spec.`);
  });
});

it.each(['StartFailed', 'CatalogueInvalid'])('the status requests no new spec when the reason is %s', (reason) => {
  const failed = { ...with_(r(0, 'BackOff')), failure: { reason, message: 'Install it.' } };
  const progressing = text(observedStatus(desiredAdapter(row), failed, T1).conditions[1] as Condition);
  expect(progressing).toMatch(/^False Blocked: .* Install it\. Replicas that serve keep serving\.$/);
});

describe('the health condition', () => {
  const health = (seen: Observation) => text(observedStatus(desiredAdapter(row), seen, T1).conditions[2] as Condition);

  it.each([
    ['no replica has passed', with_(r(0, 'Starting')), 'Unknown NotPassedYet: GET /healthz has not answered 2xx yet.'],
    ['one has passed', with_(r(0, 'Starting'), r(1, 'Ready')), 'True HttpGet: GET /healthz answers 2xx.'],
    [
      'only those of an earlier spec have passed, which may have another path',
      with_(old(0), r(0, 'Starting', { message: 'GET /healthz answers 406' }), old(1)),
      'Unknown NotPassedYet: GET /healthz has not answered 2xx yet.',
    ],
    ['one beside an earlier one has passed', with_(r(0, 'Ready'), old(1)), 'True HttpGet: GET /healthz answers 2xx.'],
    ['an open port had to do', seenOf(row, { healthNote: 'It answers 404' }), 'True TcpOnly: It answers 404'],
  ])('when %s', (_what, seen, expected) => {
    expect(health(seen)).toBe(expected);
  });

  it.each([
    ['http', 'True HttpGet: GET /up answers 2xx.', 'Unknown NotPassedYet: GET /up has not answered 2xx yet.'],
    ['tcp', 'True TcpConnect: The port is open.', 'Unknown NotPassedYet: The port is not open yet.'],
    [
      'mcp',
      'True McpPost: POST /mcp is answered in MCP.',
      'Unknown NotPassedYet: POST /mcp is not answered in MCP yet.',
    ],
  ] as const)('of type %s names its request', (type, passed, notYet) => {
    const typed = rowOf({ healthCheck: { type, path: '/up' } });
    const of = (seen: Observation) => text(observedStatus(desiredAdapter(typed), seen, T1).conditions[2] as Condition);
    const starting = seenOf(typed, { replicas: [replicaOf(typed, 0, { state: 'Starting' })] });
    expect([of(seenOf(typed)), of(starting)]).toEqual([passed, notYet]);
  });
});

describe('the replicas of a status', () => {
  it('say whether they are ready and current, and have no addresses', () => {
    const restarted = { restartCount: 2, lastExitCode: 137, message: 'It ended.' };
    const { replicas } = observedStatus(desiredAdapter(row), with_(old(0), r(1, 'Starting', restarted)), T1);
    const common = { startedAt: T0.toISOString(), restartCount: 0, lastExitCode: null, message: null };
    expect(replicas).toStrictEqual([
      { ...common, name: 'echo-0', instance: 0, state: 'Ready', ready: true, updated: false },
      { ...common, ...restarted, name: 'echo-1', instance: 1, state: 'Starting', ready: false, updated: true },
    ]);
  });
});

describe('the time of a condition', () => {
  const times = (seen: Observation, before: Condition[]) =>
    observedStatus(desiredAdapter({ ...row, conditions: before }), seen, T1).conditions.map(
      ({ lastTransitionTime }) => lastTransitionTime,
    );
  const [early, late] = [T0.toISOString(), T1.toISOString()];

  it('is now when it is the first', () => {
    expect(times(seenOf(row), [])).toEqual([late, late, late]);
  });

  it('stays as long as the status stays, whatever the reason', () => {
    const before = observedStatus(desiredAdapter(row), with_(r(0, 'Starting')), T0).conditions;
    expect(times(with_(r(0, 'BackOff', crashing)), before)).toEqual([early, late, early]);
    expect(times(with_(r(0, 'Ready'), r(1, 'Starting')), before)).toEqual([early, early, late]);
  });

  it('is now when the status changes', () => {
    const before = observedStatus(desiredAdapter(row), with_(r(0, 'Starting')), T0).conditions;
    expect(times(seenOf(row), before)).toEqual([late, late, late]);
  });
});
