import { adapter } from '../../../test/refs.js';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { applied, idEdited, linesOf, ownedObject, contextOf } from '../../../test/context.js';
import { podOf, waiting, warning } from '../../../test/pods.js';
import { workload } from '../../../test/supervisor.js';
import { desiredWorkload, revisionOf, type Workload } from '../../workload.js';
import { ApiError } from '../api/errors.js';
import type { KubeObject, StatefulSet } from '../api/types.js';
import { apply } from './apply.js';

const echo = workload('echo', { resourceId: 'id-of-echo', replicas: 2 });
const next: Workload = { ...echo, imageVersion: '2' };
const OF_ECHO = { 'mcp-gateway.io/resource-id': 'id-of-echo', 'mcp-gateway.io/revision': revisionOf(echo) };
const gone: KubeObject = { ...ownedObject('Status'), kind: 'Status' };

/** Refuses what the line of a request contains. */
let refused: string[];
beforeEach(() => {
  refused = [];
});

function setUp(settings: Parameters<typeof contextOf>[1] = {}, also: (answer: KubeObject) => void = () => {}) {
  const { context, requests } = contextOf((request) => {
    const [line = ''] = linesOf([request]);
    if (refused.some((each) => line.includes(each))) throw new ApiError(403, 'Forbidden', `no ${line}`);
    const answer = request.method === 'DELETE' ? gone : applied(request);
    also(answer);
    return answer;
  }, settings);
  return {
    context,
    requests: () => linesOf(requests.splice(0)),
    bodies: () => requests.splice(0).map(({ body }) => body),
  };
}
const ALL = [
  'PATCH networkpolicies/adapter-echo',
  'PATCH services/adapter-echo',
  'PATCH statefulsets/adapter-echo',
  'PATCH poddisruptionbudgets/adapter-echo',
];

describe('a workload that is applied', () => {
  it('writes every object at first, the network policy before any pod, and then only what differs', async () => {
    const { context, requests } = setUp();
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual(ALL);
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual([]);
    await apply(context, desiredWorkload({ ...echo, replicas: 3 }));
    expect(requests()).toEqual(['PATCH statefulsets/adapter-echo']);
    await apply(context, desiredWorkload({ ...echo, replicas: 1 }));
    expect(requests()).toEqual(['PATCH statefulsets/adapter-echo', 'DELETE poddisruptionbudgets/adapter-echo']);
  });

  it('of a tool has two Services, of which only the one that differs is written again', async () => {
    const { context, requests } = setUp();
    const tool: Workload = { ...echo, kind: 'tool' };
    await apply(context, desiredWorkload(tool));
    expect(requests()).toEqual([
      'PATCH networkpolicies/tool-echo',
      'PATCH services/tool-echo',
      'PATCH services/echo-service',
      'PATCH statefulsets/tool-echo',
      'PATCH poddisruptionbudgets/tool-echo',
    ]);
    await apply(context, desiredWorkload(tool));
    expect(requests()).toEqual([]);
    const service = context.state.services.get('echo-service') as KubeObject & { spec: object };
    context.state.services.put({
      ...service,
      metadata: { ...service.metadata, resourceVersion: '999' },
      spec: { ...service.spec, selector: {} },
    } as KubeObject);
    await apply(context, desiredWorkload(tool));
    expect(requests()).toEqual(['PATCH services/echo-service']);
  });

  it('writes nothing where the server only spells a value differently', async () => {
    const { context, requests } = setUp({}, (answer) => Object.assign(answer, { spec: { serviceName: 'other' } }));
    await apply(context, desiredWorkload(echo));
    requests();
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual([]);
  });

  it('keeps the number of replicas that an autoscaler gave it', async () => {
    const { context, bodies } = setUp({ autoscaled: ['echo'] });
    await apply(context, desiredWorkload({ ...echo, replicas: 1 }));
    const scaled = context.state.statefulSets.get('adapter-echo') as StatefulSet;
    context.state.statefulSets.put({
      ...scaled,
      metadata: { ...scaled.metadata, resourceVersion: '999' },
      spec: { ...scaled.spec, replicas: 5 },
    });
    bodies();
    await apply(context, desiredWorkload({ ...next, replicas: 1 }));
    expect(bodies()).toMatchObject([{ kind: 'StatefulSet', spec: { replicas: 5 } }, { kind: 'PodDisruptionBudget' }]);
  });

  it('probes the port where the health path answers 404', async () => {
    const { context, bodies } = setUp();
    context.state.pods.put(podOf({ annotations: OF_ECHO }, waiting('ContainerCreating')));
    context.state.warnings.put(
      warning('pod-uid', 'Unhealthy', 'Startup probe failed: HTTP probe failed with statuscode: 404'),
    );
    await apply(context, desiredWorkload(echo));
    expect(bodies()[2]).toMatchObject({
      kind: 'StatefulSet',
      spec: { template: { spec: { containers: [{ startupProbe: { tcpSocket: { port: 8000 } } }] } } },
    });
  });

  it('records the paths of its pods outside of the pod template', async () => {
    const { context, bodies } = setUp();
    await apply(context, desiredWorkload(echo));
    context.state.pods.put(podOf({ annotations: OF_ECHO }));
    bodies();
    const moved = { ...echo, path: '/api/mcp' };
    await apply(context, desiredWorkload(moved));
    const [set] = bodies() as { metadata: object; spec: object }[];
    expect(set?.metadata).toMatchObject({
      annotations: {
        [`mcp-gateway.io/path-of-revision-${revisionOf(echo)}`]: '/mcp',
        [`mcp-gateway.io/path-of-revision-${revisionOf(moved)}`]: '/api/mcp',
      },
    });
    expect(JSON.stringify(set?.spec)).not.toContain('path-of-revision');
  });

  it('stops a removal', async () => {
    const { context } = setUp();
    context.removing.set('adapter/echo', 'waiting');
    await apply(context, desiredWorkload(echo));
    expect(context.removing.has('adapter/echo')).toBe(false);
  });

  const EARLIER = { annotations: { 'mcp-gateway.io/resource-id': 'id-of-an-earlier-one' } };
  it.each<[what: string, put: (context: ReturnType<typeof setUp>['context']) => void]>([
    [
      'its StatefulSet is terminating',
      ({ state }) => state.storeOf('StatefulSet').put(ownedObject('StatefulSet', { deletionTimestamp: 'now' })),
    ],
    ['an object of an earlier adapter exists', ({ state }) => state.services.put(ownedObject('Service', EARLIER))],
    ['a pod of an earlier adapter exists', ({ state }) => state.pods.put(podOf(EARLIER))],
  ])('waits while %s', async (_what, put) => {
    const { context, requests } = setUp();
    context.removing.set('adapter/echo', 'waiting');
    put(context);
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual([]);
    expect(context.removing.has('adapter/echo')).toBe(true);
  });

  it.each<[what: string, put: (context: ReturnType<typeof setUp>['context']) => void]>([
    ['Service', ({ state }) => state.services.put(ownedObject('Service', EARLIER))],
    ['Service', ({ state }) => state.services.put(ownedObject('Service', { annotations: {}, managedFields: [] }))],
    ['Pod', ({ state }) => state.pods.put(podOf(EARLIER))],
  ])('reports a conflict with a %s of another owner', async (kind, put) => {
    const { context } = setUp();
    put(context);
    await apply(context, desiredWorkload(echo));
    expect(context.failureConditions.get(adapter('echo'))).toEqual({
      reason: 'NameConflict',
      message: expect.stringContaining(`a ${kind} adapter-echo`),
    });
  });

  it.each<[what: string, annotations: Record<string, string>]>([
    ['edited', EARLIER.annotations],
    ['removed', {}],
  ])('restores a resource id that another client has %s', async (_what, annotations) => {
    const { context, bodies } = setUp();
    await apply(context, desiredWorkload(echo));
    bodies();
    for (const { kind, object } of context.state.of(adapter('echo')).own) {
      const version = String(Number(object.metadata.resourceVersion) + 1_000);
      const metadata = { ...object.metadata, ...idEdited, annotations, resourceVersion: version };
      context.state.storeOf(kind).put({ ...object, metadata });
    }
    await apply(context, desiredWorkload(echo));
    const id = { metadata: { annotations: { 'mcp-gateway.io/resource-id': 'id-of-echo' } } };
    expect(bodies()).toMatchObject([id, id, id, id]);
    expect(context.failureConditions.get(adapter('echo'))).toBeNull();
  });

  it('ignores an edit of the annotations of its own pod', async () => {
    const { context, requests } = setUp();
    await apply(context, desiredWorkload(echo));
    const uid = context.state.of(adapter('echo')).statefulSet?.metadata.uid ?? '';
    const ownerReferences = [{ kind: 'StatefulSet', name: 'adapter-echo', uid, controller: true }];
    context.state.pods.put(podOf({ ...EARLIER, ownerReferences }));
    requests();
    await apply(context, desiredWorkload(next));
    expect(requests()).toEqual(['PATCH statefulsets/adapter-echo']);
  });
});

describe('a workload that is rejected', () => {
  it('by the policy of the operator sends no request', async () => {
    const { context, requests } = setUp({ allowedImages: ['mcp-'] });
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual([]);
    expect(context.failureConditions.get(adapter('echo'))).toMatchObject({ reason: 'ImageNotAllowed' });
  });

  it('with its network policy has no pods without it', async () => {
    refused = ['networkpolicies'];
    const { context, requests } = setUp();
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual(['PATCH networkpolicies/adapter-echo']);
    expect(context.failureConditions.get(adapter('echo'))?.message).toContain('no PATCH networkpolicies');
  });

  it('in part has all its other objects, and reports the failure until the last one is accepted', async () => {
    refused = ['services', 'poddisruptionbudgets'];
    const { context, requests } = setUp();
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual(ALL);
    expect(context.failureConditions.get(adapter('echo'))?.message).toContain('no PATCH services');
    refused = [];
    await apply(context, desiredWorkload(echo));
    expect(requests()).toEqual(['PATCH services/adapter-echo', 'PATCH poddisruptionbudgets/adapter-echo']);
    expect(context.failureConditions.get(adapter('echo'))).toBeNull();
  });

  it('with the deletion of a surplus object reports the failure', async () => {
    const { context } = setUp();
    await apply(context, desiredWorkload(echo));
    refused = ['DELETE'];
    await apply(context, desiredWorkload({ ...echo, replicas: 1 }));
    expect(context.failureConditions.get(adapter('echo'))?.message).toContain('no DELETE poddisruptionbudgets');
  });

  it('is no failure where the API server does not answer: apply rejects, and the worker retries', async () => {
    const { context } = contextOf(() => {
      throw new GatewayError('UNAVAILABLE', { detail: 'unavailable' });
    });
    await expect(apply(context, desiredWorkload(echo))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(context.failureConditions.get(adapter('echo'))).toBeNull();
  });
});

describe('a pod that blocks a rollout', () => {
  const OLD = { 'controller-revision-hash': 'old', 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'echo' };
  const status = { observedGeneration: 2, updateRevision: 'new' };
  /** The controller has seen generation 2; what is written from now on is this one. */
  async function withBrokenPod(generation: number) {
    let now = 2;
    const found = setUp({}, (answer) => {
      answer.metadata.generation = now;
      Object.assign(answer, { status });
    });
    await apply(found.context, desiredWorkload(echo));
    found.context.state.pods.put(podOf({ labels: OLD, annotations: OF_ECHO }, waiting('ErrImagePull')));
    found.requests();
    now = generation;
    await apply(found.context, desiredWorkload(next));
    return found.requests();
  }

  it('is deleted when the controller has observed the current generation', async () => {
    expect(await withBrokenPod(2)).toEqual(['PATCH statefulsets/adapter-echo', 'DELETE pods/adapter-echo-1']);
  });

  it('is kept until the controller has observed the current generation', async () => {
    expect(await withBrokenPod(3)).toEqual(['PATCH statefulsets/adapter-echo']);
  });
});
