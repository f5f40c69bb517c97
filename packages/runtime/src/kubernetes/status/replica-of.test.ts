import { describe, expect, it } from '@jest/globals';
import { STDIO_HINT } from '../../health.js';
import type { KubeEvent, Pod } from '../api/types.js';
import { NEVER_LISTENS, notReady, podOf, running, waiting, warning } from '../../../test/pods.js';
import { replicaOf } from './replica-of.js';

const DELETED = { deletionTimestamp: '2026-11-20T09:00:00Z' };
const unhealthy = (message: string) => warning('pod-uid', 'Unhealthy', message);
const NOW = new Date('2026-11-20T09:00:01Z');
/** Deleted at 09:00:00, to be gone 40 seconds later, of which the first 10 are for its sessions. */
const draining = (status: Pod['status'] = {}): Pod => {
  const pod = podOf({ deletionTimestamp: '2026-11-20T09:00:40Z', deletionGracePeriodSeconds: 40 }, status);
  const [container] = pod.spec.containers;
  return {
    ...pod,
    spec: { containers: [{ name: 'server', ...container, lifecycle: { preStop: { sleep: { seconds: 10 } } } }] },
  };
};
const ENDED = { terminated: { exitCode: 3, reason: 'Error' } };
const KILLED = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
const MEMORY =
  'It used more memory than its limit and was killed (OOMKilled, exit code 137); raise resources.limits.memory';
const unschedulable = {
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available.' }],
  containerStatuses: [],
};
const starting = { ...notReady, containerStatuses: [running({ started: false })] };

const onLostNode = (more: Partial<Pod['metadata']> = {}): Pod => {
  const pod = podOf(more, { conditions: [{ type: 'Ready', status: 'False', reason: 'NodeNotReady' }] });
  return { ...pod, spec: { ...pod.spec, nodeName: 'node-1' } };
};

const table: [what: string, pod: Pod, warnings: KubeEvent[], state: string, message: string | null][] = [
  ['that is ready', podOf(), [], 'Ready', null],
  ['that is ready after a failed probe', podOf(), [unhealthy('Readiness probe failed: x')], 'Ready', null],
  ['that is terminating', podOf(DELETED), [], 'Stopping', null],
  [
    'that is terminating and has a finalizer',
    podOf({ ...DELETED, finalizers: ['example.com/hold'] }),
    [],
    'Stopping',
    'It ends when its finalizers are removed: example.com/hold.',
  ],
  [
    'that is terminating on an unreachable node',
    onLostNode(DELETED),
    [],
    'Stopping',
    'Its node node-1 does not answer. It ends when the node returns, or when you delete the node or force-delete the pod.',
  ],
  [
    'whose node is unreachable, whatever the probe said before',
    onLostNode(),
    [unhealthy('Readiness probe failed: dial tcp 10.0.0.7:8000: connect: connection refused')],
    'NotReady',
    'Its node node-1 does not answer.',
  ],
  ['without a node yet', podOf({}, { phase: 'Pending', conditions: [], containerStatuses: [] }), [], 'Starting', null],
  ['that no node accepts', podOf({}, unschedulable), [], 'Starting', '0/3 nodes are available.'],
  ['whose container is being created', podOf({}, waiting('ContainerCreating')), [], 'Starting', null],
  ['that has started and not answered yet', podOf({}, starting), [], 'Starting', null],
  [
    'that does not listen yet',
    podOf({}, starting),
    [
      unhealthy(
        'Startup probe failed: Get "http://10.0.0.7:8000/healthz": dial tcp 10.0.0.7:8000: connect: connection refused',
      ),
    ],
    'Starting',
    `Nothing listened on PORT at 09:00 UTC. ${NEVER_LISTENS}`,
  ],
  [
    'that answers an error from the start',
    podOf({}, starting),
    [unhealthy('Startup probe failed: HTTP probe failed with statuscode: 500')],
    'NotReady',
    'The health check answers 500.',
  ],
  [
    'that stopped to listen',
    podOf({}, notReady),
    [unhealthy('Readiness probe failed: dial tcp 10.0.0.7:8000: connect: connection refused')],
    'NotReady',
    'Nothing listened on PORT at 09:00 UTC.',
  ],
  [
    'that listens, without a later event',
    podOf({}, notReady),
    [unhealthy('Startup probe failed: dial tcp 10.0.0.7:8000: connect: connection refused')],
    'Starting',
    'It listens but has not passed its health check yet.',
  ],
  [
    'with another failed probe',
    podOf({}, notReady),
    [
      unhealthy('Readiness probe failed: HTTP probe failed with statuscode: 503'),
      warning('pod-uid', 'FailedMount', 'no'),
    ],
    'NotReady',
    'The health check answers 503.',
  ],
  [
    'that was restarted',
    podOf({}, { ...notReady, containerStatuses: [running({ started: false, lastState: ENDED })] }),
    [unhealthy('Startup probe failed: dial tcp 10.0.0.7:8000: connect: connection refused')],
    'Starting',
    `It ended with exit code 3 and was restarted. Nothing listened on PORT at 09:00 UTC. ${NEVER_LISTENS}`,
  ],
  [
    'that ended and is being restarted',
    podOf({}, { containerStatuses: [running({ state: ENDED })] }),
    [],
    'BackOff',
    'It ended with exit code 3 and is being restarted.',
  ],
  [
    'that keeps crashing',
    podOf({}, waiting('CrashLoopBackOff', 'back-off', { lastState: ENDED })),
    [],
    'BackOff',
    'It ended with exit code 3; the next start is delayed.',
  ],
  [
    'that is killed for its memory',
    podOf({}, waiting('CrashLoopBackOff', 'back-off', { lastState: KILLED })),
    [],
    'BackOff',
    `${MEMORY}; the next start is delayed.`,
  ],
  [
    'whose image cannot be pulled',
    podOf({}, waiting('ErrImagePull', 'not found')),
    [],
    'BackOff',
    'ErrImagePull: not found',
  ],
  ['whose init containers run', podOf({}, waiting('PodInitializing')), [], 'Starting', null],
  ['that waits with a reason', podOf({}, waiting('Odd')), [], 'BackOff', 'Odd: the cluster gives no reason'],
  [
    'that keeps crashing without a known exit code',
    podOf({}, waiting('CrashLoopBackOff')),
    [],
    'BackOff',
    'It ended; the next start is delayed.',
  ],
  [
    'that ended with exit code 0 after another exit code',
    podOf(
      {},
      {
        containerStatuses: [running({ state: { terminated: { exitCode: 0, reason: 'Completed' } }, lastState: ENDED })],
      },
    ),
    [],
    'BackOff',
    `It ended with exit code 0 and is being restarted. ${STDIO_HINT}`,
  ],
  [
    'whose command cannot run',
    podOf(
      {},
      { containerStatuses: [running({ state: { terminated: { exitCode: 128, reason: 'ContainerCannotRun' } } })] },
    ),
    [],
    'BackOff',
    'It ended with exit code 128 (ContainerCannotRun) and is being restarted.',
  ],
  [
    'that has a node and no container yet',
    podOf({}, { conditions: [{ type: 'PodScheduled', status: 'True', message: 'done' }], containerStatuses: [] }),
    [],
    'Starting',
    null,
  ],
  ['that succeeded', podOf({}, { phase: 'Succeeded' }), [], 'BackOff', 'The pod ended: Succeeded.'],
  [
    'that is evicted',
    podOf({}, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' }),
    [],
    'BackOff',
    'The pod ended: Evicted. The node was low on memory.',
  ],
];

describe('a pod', () => {
  it.each(table)('%s', (_what, pod, warnings, state, message) => {
    expect(replicaOf(pod, undefined, warnings, NOW)).toMatchObject({ state, message });
  });

  it('names its node as the cause, and only then', () => {
    expect(replicaOf(onLostNode(), undefined, [], NOW).nodeLost).toBe(true);
    expect(replicaOf(podOf({}, notReady), undefined, [], NOW)).not.toHaveProperty('nodeLost');
  });

  it('becomes a replica with its ordinal, its revision and the state of its process', () => {
    const pod = podOf({}, { containerStatuses: [running({ restartCount: 2, lastState: KILLED })] });
    expect(replicaOf(pod, undefined, [], NOW)).toMatchObject({
      name: 'adapter-echo-1',
      instance: 1,
      revision: 'r1',
      restartCount: 2,
      lastExitCode: 137,
      startedAt: '2026-11-20T08:00:02Z',
    });
    const again = podOf({}, { containerStatuses: [running({ state: ENDED, lastState: KILLED })] });
    expect(replicaOf(again, undefined, [], NOW)).toMatchObject({ lastExitCode: 3, startedAt: null });
  });
});

describe('the addresses of a pod', () => {
  const both = { podIPs: [{ ip: '10.0.0.7' }, { ip: 'fd00::7' }] };

  it.each([
    ['all addresses of the pod', podOf({}, both), ['10.0.0.7', 'fd00::7']],
    [
      'those of a pod that accepts no requests yet',
      podOf({}, { ...waiting('CrashLoopBackOff'), ...both }),
      ['10.0.0.7', 'fd00::7'],
    ],
    ['those of a terminating pod', podOf({ ...DELETED, deletionGracePeriodSeconds: 0 }), ['10.0.0.7']],
    ['none before the pod has one', podOf({}, { phase: 'Pending', podIP: '' }), []],
    ['none after the pod has ended, when another pod may get them', podOf({}, { ...both, phase: 'Failed' }), []],
  ])('are %s', (_which, pod, addresses) => {
    expect(replicaOf(pod, undefined, [], NOW).addresses).toEqual(addresses);
  });
});

describe('the endpoint of a pod', () => {
  const endpoint = (pod: Pod, now = NOW) => replicaOf(pod, undefined, [], now).endpoint;
  const id = (pod: Pod) => endpoint(pod)?.id;

  it('is the address and port of the pod, and ready with the pod', () => {
    expect(endpoint(podOf())).toMatchObject({ url: 'http://10.0.0.7:8000', ready: true });
    expect(endpoint(podOf({}, notReady))).toMatchObject({ url: 'http://10.0.0.7:8000', ready: false });
    expect(endpoint(podOf({}, { podIP: 'fd00::7' }))?.url).toBe('http://[fd00::7]:8000');
  });

  it.each([
    ['the pod is deleted without a drain time', podOf({ ...DELETED, deletionGracePeriodSeconds: 0 })],
    ['the pod is deleted and never answered', draining({ containerStatuses: [running({ started: false })] })],
    [
      'the pod is deleted and has no preStop sleep',
      podOf({ deletionTimestamp: '2026-11-20T09:00:30Z', deletionGracePeriodSeconds: 30 }),
    ],
    ['it has no port', { ...podOf(), spec: { containers: [{ name: 'server' }] } }],
    ['its drain time is over', draining(), new Date('2026-11-20T09:00:10Z')],
    ['it has been evicted', podOf({}, { phase: 'Failed' })],
    ['it has no address', podOf({}, { podIP: '' })],
    ['its process has ended', podOf({}, { containerStatuses: [running({ state: ENDED })] })],
    ['its process has not started', podOf({}, waiting('ContainerCreating'))],
  ])('is null when %s', (_why, pod, now = NOW) => {
    expect(endpoint(pod, now)).toBeNull();
  });

  it('is not ready while the pod drains, and says until when it keeps its sessions', () => {
    expect(endpoint(draining())).toEqual({
      ...endpoint(podOf()),
      ready: false,
      serving: true,
      draining: true,
      drainUntil: '2026-11-20T09:00:10.000Z',
    });
    expect(endpoint(draining({ containerStatuses: [running({ ready: false })] }))).not.toHaveProperty('serving');
    const inAHurry = {
      ...draining().metadata,
      deletionTimestamp: '2026-11-20T09:00:03Z',
      deletionGracePeriodSeconds: 3,
    };
    expect(endpoint({ ...draining(), metadata: inAHurry })).toMatchObject({ drainUntil: '2026-11-20T09:00:03.000Z' });
  });

  it('serves while its node is unreachable, if its process was ready at the last report', () => {
    const lost = (ready: boolean, more = {}) => {
      const pod = onLostNode(more);
      return { ...pod, status: { ...pod.status, containerStatuses: [running({ ready })] } };
    };
    expect(endpoint(lost(true))).toMatchObject({ ready: false, serving: true });
    const marked = podOf({}, { conditions: [{ type: 'Ready', status: 'False' }] }); // as the node controller does
    expect(endpoint(marked)).toMatchObject({ ready: false, serving: true });
    expect(endpoint(lost(false))).not.toHaveProperty('serving');
    expect(endpoint(podOf({}, notReady))).not.toHaveProperty('serving');
    // The node does not know that the pod is deleted, so nothing ends there.
    const deleted = endpoint(lost(true, { ...DELETED, deletionGracePeriodSeconds: 0 }));
    expect(deleted).toEqual({ ...deleted, ready: false, serving: true, draining: true, drainUntil: undefined });
    const evicted = draining({
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager' }],
    });
    expect(endpoint(evicted)).toMatchObject({ serving: true, drainUntil: '2026-11-20T09:00:10.000Z' });
  });

  it('has another id for another pod of the name, and for another process in it', () => {
    expect(id(podOf({ resourceVersion: '99' }))).toBe(id(podOf()));
    expect(id(podOf({ uid: 'successor' }))).not.toBe(id(podOf()));
    expect(id(podOf({}, { containerStatuses: [running({ containerID: 'containerd://b' })] }))).not.toBe(id(podOf()));
  });
});
