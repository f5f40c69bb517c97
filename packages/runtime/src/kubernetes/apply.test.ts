import { beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { applied, idEdited, linesOf, ownObject, partsOf } from '../../test/parts.js';
import { podOf, waiting, warning } from '../../test/pods.js';
import { workload } from '../../test/supervisor.js';
import { revisionOf, type Workload } from '../workload.js';
import { ApiError } from './api/api-error.js';
import type { KubeObject, StatefulSet } from './api/objects.js';
import { apply } from './apply.js';

const echo = workload('echo', { adapterId: 'id-of-echo', replicas: 2 });
const next: Workload = { ...echo, imageVersion: '2' };
const OF_ECHO = { 'mcp-gateway.io/adapter-id': 'id-of-echo', 'mcp-gateway.io/revision': revisionOf(echo) };
const gone: KubeObject = { ...ownObject('Status'), kind: 'Status' };

/** Refuses what the line of a request contains. */
let refused: string[];
beforeEach(() => {
  refused = [];
});

function setUp(settings: Parameters<typeof partsOf>[1] = {}, also: (answer: KubeObject) => void = () => {}) {
  const { parts, asked } = partsOf((request) => {
    const [line = ''] = linesOf([request]);
    if (refused.some((each) => line.includes(each))) throw new ApiError(403, 'Forbidden', `no ${line}`);
    const answer = request.method === 'DELETE' ? gone : applied(request);
    also(answer);
    return answer;
  }, settings);
  return { parts, asked: () => linesOf(asked.splice(0)), bodies: () => asked.splice(0).map(({ body }) => body) };
}
const ALL = [
  'PATCH networkpolicies/adapter-echo',
  'PATCH services/adapter-echo',
  'PATCH statefulsets/adapter-echo',
  'PATCH poddisruptionbudgets/adapter-echo',
];

describe('a workload that is applied', () => {
  it('is all of its objects at first, its network policy before any pod, and then what differs', async () => {
    const { parts, asked } = setUp();
    await apply(parts, echo);
    expect(asked()).toEqual(ALL);
    await apply(parts, echo);
    expect(asked()).toEqual([]);
    await apply(parts, { ...echo, replicas: 3 });
    expect(asked()).toEqual(['PATCH statefulsets/adapter-echo']);
    await apply(parts, { ...echo, replicas: 1 });
    expect(asked()).toEqual(['PATCH statefulsets/adapter-echo', 'DELETE poddisruptionbudgets/adapter-echo']);
  });

  it('is not written again where the server spells it in its own way', async () => {
    const { parts, asked } = setUp({}, (answer) => Object.assign(answer, { spec: { serviceName: 'other' } }));
    await apply(parts, echo);
    asked();
    await apply(parts, echo);
    expect(asked()).toEqual([]);
  });

  it('keeps the number of replicas that an autoscaler gave it', async () => {
    const { parts, bodies } = setUp({ autoscaled: ['echo'] });
    await apply(parts, { ...echo, replicas: 1 });
    const scaled = parts.state.statefulSets.get('adapter-echo') as StatefulSet;
    parts.state.statefulSets.put({
      ...scaled,
      metadata: { ...scaled.metadata, resourceVersion: '999' },
      spec: { ...scaled.spec, replicas: 5 },
    });
    bodies();
    await apply(parts, { ...next, replicas: 1 });
    expect(bodies()).toMatchObject([{ kind: 'StatefulSet', spec: { replicas: 5 } }, { kind: 'PodDisruptionBudget' }]);
  });

  it('is checked by its port where its health path answers 404', async () => {
    const { parts, bodies } = setUp();
    parts.state.pods.put(podOf({ annotations: OF_ECHO }, waiting('ContainerCreating')));
    parts.state.warnings.put(
      warning('pod-uid', 'Unhealthy', 'Startup probe failed: HTTP probe failed with statuscode: 404'),
    );
    await apply(parts, echo);
    expect(bodies()[2]).toMatchObject({
      kind: 'StatefulSet',
      spec: { template: { spec: { containers: [{ startupProbe: { tcpSocket: { port: 8000 } } }] } } },
    });
  });

  it('has the paths of its pods noted, and their template is free of them', async () => {
    const { parts, bodies } = setUp();
    await apply(parts, echo);
    parts.state.pods.put(podOf({ annotations: OF_ECHO }));
    bodies();
    const moved = { ...echo, path: '/api/mcp' };
    await apply(parts, moved);
    const [set] = bodies() as { metadata: object; spec: object }[];
    expect(set?.metadata).toMatchObject({
      annotations: {
        [`mcp-gateway.io/path-of-revision-${revisionOf(echo)}`]: '/mcp',
        [`mcp-gateway.io/path-of-revision-${revisionOf(moved)}`]: '/api/mcp',
      },
    });
    expect(JSON.stringify(set?.spec)).not.toContain('path-of-revision');
  });

  it('is not to be removed any more', async () => {
    const { parts } = setUp();
    parts.removing.set('echo', 'waiting');
    await apply(parts, echo);
    expect(parts.removing.has('echo')).toBe(false);
  });

  const EARLIER = { annotations: { 'mcp-gateway.io/adapter-id': 'id-of-an-earlier-one' } };
  it.each<[what: string, put: (parts: ReturnType<typeof setUp>['parts']) => void]>([
    [
      'its StatefulSet ends',
      ({ state }) => state.storeOf('StatefulSet').put(ownObject('StatefulSet', { deletionTimestamp: 'now' })),
    ],
    ['an object of an earlier adapter is there', ({ state }) => state.services.put(ownObject('Service', EARLIER))],
    ['a pod of an earlier adapter is there', ({ state }) => state.pods.put(podOf(EARLIER))],
  ])('waits while %s', async (_what, put) => {
    const { parts, asked } = setUp();
    parts.removing.set('echo', 'waiting');
    put(parts);
    await apply(parts, echo);
    expect(asked()).toEqual([]);
    expect(parts.removing.has('echo')).toBe(true);
  });

  it.each<[what: string, put: (parts: ReturnType<typeof setUp>['parts']) => void]>([
    ['Service', ({ state }) => state.services.put(ownObject('Service', EARLIER))],
    ['Service', ({ state }) => state.services.put(ownObject('Service', { annotations: {}, managedFields: [] }))],
    ['Pod', ({ state }) => state.pods.put(podOf(EARLIER))],
  ])('says that it does not take a %s that is not its own', async (kind, put) => {
    const { parts } = setUp();
    put(parts);
    await apply(parts, echo);
    expect(parts.refusals.get('echo')).toEqual({
      reason: 'NameTaken',
      message: expect.stringContaining(`a ${kind} adapter-echo`),
    });
  });

  it.each<[what: string, annotations: Record<string, string>]>([
    ['edited', EARLIER.annotations],
    ['removed', {}],
  ])('gets back the id of its adapter that somebody has %s', async (_what, annotations) => {
    const { parts, bodies } = setUp();
    await apply(parts, echo);
    bodies();
    for (const { kind, object } of parts.state.of('echo').own) {
      const version = String(Number(object.metadata.resourceVersion) + 1_000);
      const metadata = { ...object.metadata, ...idEdited, annotations, resourceVersion: version };
      parts.state.storeOf(kind).put({ ...object, metadata });
    }
    await apply(parts, echo);
    const id = { metadata: { annotations: { 'mcp-gateway.io/adapter-id': 'id-of-echo' } } };
    expect(bodies()).toMatchObject([id, id, id, id]);
    expect(parts.refusals.get('echo')).toBeNull();
  });

  it('is not stopped by what somebody writes on a pod of its own', async () => {
    const { parts, asked } = setUp();
    await apply(parts, echo);
    const uid = parts.state.of('echo').statefulSet?.metadata.uid ?? '';
    const ownerReferences = [{ kind: 'StatefulSet', name: 'adapter-echo', uid, controller: true }];
    parts.state.pods.put(podOf({ ...EARLIER, ownerReferences }));
    asked();
    await apply(parts, next);
    expect(asked()).toEqual(['PATCH statefulsets/adapter-echo']);
  });
});

describe('a workload that is refused', () => {
  it('by the operator is not asked for', async () => {
    const { parts, asked } = setUp({ allowedImages: ['mcp-'] });
    await apply(parts, echo);
    expect(asked()).toEqual([]);
    expect(parts.refusals.get('echo')).toMatchObject({ reason: 'ImageNotAllowed' });
  });

  it('its network policy has no pods without it', async () => {
    refused = ['networkpolicies'];
    const { parts, asked } = setUp();
    await apply(parts, echo);
    expect(asked()).toEqual(['PATCH networkpolicies/adapter-echo']);
    expect(parts.refusals.get('echo')?.message).toContain('no PATCH networkpolicies');
  });

  it('another of its objects has all others, and says so until it is accepted', async () => {
    refused = ['services', 'poddisruptionbudgets'];
    const { parts, asked } = setUp();
    await apply(parts, echo);
    expect(asked()).toEqual(ALL);
    expect(parts.refusals.get('echo')?.message).toContain('no PATCH services');
    refused = [];
    await apply(parts, echo);
    expect(asked()).toEqual(['PATCH services/adapter-echo', 'PATCH poddisruptionbudgets/adapter-echo']);
    expect(parts.refusals.get('echo')).toBeNull();
  });

  it('the end of an object that it no longer needs says so', async () => {
    const { parts } = setUp();
    await apply(parts, echo);
    refused = ['DELETE'];
    await apply(parts, { ...echo, replicas: 1 });
    expect(parts.refusals.get('echo')?.message).toContain('no DELETE poddisruptionbudgets');
  });

  it('is tried again by whoever called where the API server does not answer', async () => {
    const { parts } = partsOf(() => {
      throw new GatewayError('UNAVAILABLE', { detail: 'away' });
    });
    await expect(apply(parts, echo)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(parts.refusals.get('echo')).toBeNull();
  });
});

describe('a pod that a rollout would wait for in vain', () => {
  const OLD = { 'controller-revision-hash': 'old', 'mcp-gateway.io/adapter': 'echo' };
  const status = { observedGeneration: 2, updateRevision: 'new' };
  /** The controller has seen generation 2; what is written from now on is this one. */
  async function withBrokenPod(generation: number) {
    let now = 2;
    const found = setUp({}, (answer) => {
      answer.metadata.generation = now;
      Object.assign(answer, { status });
    });
    await apply(found.parts, echo);
    found.parts.state.pods.put(podOf({ labels: OLD, annotations: OF_ECHO }, waiting('ErrImagePull')));
    found.asked();
    now = generation;
    await apply(found.parts, next);
    return found.asked();
  }

  it('is deleted where the controller has seen what is wanted', async () => {
    expect(await withBrokenPod(2)).toEqual(['PATCH statefulsets/adapter-echo', 'DELETE pods/adapter-echo-1']);
  });

  it('is left until then', async () => {
    expect(await withBrokenPod(3)).toEqual(['PATCH statefulsets/adapter-echo']);
  });
});
