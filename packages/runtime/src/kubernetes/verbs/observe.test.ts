import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { applied, idEdited, ownedObject, contextOf } from '../../../test/context.js';
import { notReady, podOf, running, waiting, warning } from '../../../test/pods.js';
import { workload } from '../../../test/supervisor.js';
import { ABSENT } from '../../runtime.js';
import { desiredWorkload, revisionOf } from '../../workload.js';
import type { KubeObject, Pod, StatefulSet } from '../api/types.js';
import { apply } from './apply.js';
import { observe } from './observe.js';
import type { RuntimeContext } from './context.js';

const NOW = new Date('2026-11-20T09:00:00Z');
const echo = workload('echo', { resourceId: 'id-of-echo' });
const ANNOTATIONS = { 'mcp-gateway.io/resource-id': 'id-of-echo', 'mcp-gateway.io/revision': revisionOf(echo) };
const ENDING = { deletionTimestamp: '2026-11-20T09:00:30Z', deletionGracePeriodSeconds: 40 };
const REFUSED = { reason: 'Refused', message: 'No.' };

const seen = (context: RuntimeContext) => observe(context, adapter('echo'), NOW);
const pod = (more: Partial<Pod['metadata']> = {}, status: Pod['status'] = {}) =>
  podOf({ name: 'adapter-echo-0', annotations: ANNOTATIONS, ...more }, status);

/** One replica of `echo`, applied and ready. */
async function thatRuns(settings: Parameters<typeof contextOf>[1] = {}): Promise<RuntimeContext> {
  const { context } = contextOf(applied, settings);
  await apply(context, desiredWorkload(echo));
  context.state.pods.put(pod());
  return context;
}
let version = 1_000;
/** Somebody changes an object of it. */
function change<T extends KubeObject>(store: { get(name: string): T | undefined; put(object: T): void }, more: object) {
  const { metadata, ...rest } = store.get('adapter-echo') as T;
  const { metadata: changed, ...others } = more as Partial<KubeObject>;
  version += 1;
  store.put({ ...rest, ...others, metadata: { ...metadata, ...changed, resourceVersion: String(version) } } as T);
}
const annotated = ({ state }: RuntimeContext, more: Record<string, string>) =>
  change(state.statefulSets, { metadata: { annotations: { ...annotationsOf(state.statefulSets), ...more } } });
const annotationsOf = (store: RuntimeContext['state']['statefulSets']) =>
  store.get('adapter-echo')?.metadata.annotations;

describe('the observation of an adapter', () => {
  it('is ABSENT without objects, except for the reason of a rejection', async () => {
    const { context } = contextOf(() => undefined);
    expect(seen(context)).toEqual(ABSENT);
    context.failureConditions.set(adapter('echo'), REFUSED);
    expect(seen(context)).toEqual({ ...ABSENT, failure: REFUSED });
  });

  it('describes a running adapter', async () => {
    expect(seen(await thatRuns())).toEqual({
      exists: true,
      removing: false,
      resourceId: 'id-of-echo',
      revision: revisionOf(echo),
      inSync: true,
      desiredReplicas: 1,
      autoscaled: false,
      replicas: [
        {
          name: 'adapter-echo-0',
          instance: 0,
          revision: revisionOf(echo),
          state: 'Ready',
          endpoint: {
            id: expect.stringMatching(/^adapter-echo-0\./),
            url: 'http://10.0.0.7:8000',
            path: '/mcp',
            ready: true,
          },
          addresses: ['10.0.0.7'],
          restartCount: 0,
          lastExitCode: null,
          startedAt: '2026-11-20T08:00:02Z',
          message: null,
        },
      ],
      failure: null,
      healthNote: null,
    });
  });

  it('says that an autoscaler sets the number of replicas', async () => {
    const context = await thatRuns({ autoscaled: ['*'] });
    change(context.state.statefulSets, { spec: { replicas: 7 } });
    expect(seen(context)).toMatchObject({ autoscaled: true, desiredReplicas: 7 });
  });

  it('gives the reason of a rejection, or else why replicas cannot start', async () => {
    const context = await thatRuns();
    context.state.pods.put(pod({ resourceVersion: '99' }, waiting('ErrImagePull')));
    expect(seen(context).failure).toMatchObject({ reason: 'ImagePullBackOff' });
    context.failureConditions.set(adapter('echo'), REFUSED);
    expect(seen(context).failure).toEqual(REFUSED);
  });

  it('says that an open port counts as healthy', async () => {
    const context = await thatRuns();
    annotated(context, { 'mcp-gateway.io/tcp-check-of-revision': revisionOf(echo) });
    expect(seen(context).healthNote).toContain('answers 404, so an open port counts as healthy');
    annotated(context, { 'mcp-gateway.io/health-check-answer': '403' });
    expect(seen(context).healthNote).toContain('answers 403, so an open port counts as healthy');
  });

  it.each([
    ['tcp', null],
    ['mcp', 'The kubelet cannot probe with MCP, so an open port counts as healthy.'],
  ])('describes a health check of type %s', async (type, note) => {
    const context = await thatRuns();
    annotated(context, {
      'mcp-gateway.io/tcp-check-of-revision': revisionOf(echo),
      'mcp-gateway.io/health-check-type': type,
    });
    expect(seen(context).healthNote).toBe(note);
  });
});

describe('an adapter has no revision, and so is applied again, when', () => {
  const NOT_FOUND = 'Startup probe failed: HTTP probe failed with statuscode: 404';
  it.each<[what: string, happens: (context: RuntimeContext) => void]>([
    ['the cluster rejected it', ({ failureConditions }) => failureConditions.set(adapter('echo'), REFUSED)],
    ['this process has no record of the last apply', ({ lastApplied: memory }) => memory.forget(adapter('echo'))],
    ['another client has changed an object', ({ state }) => change(state.services, { spec: {} })],
    [
      'a broken pod blocks the rollout',
      ({ state }) => {
        change(state.statefulSets, { status: { updateRevision: 'new' } });
        state.pods.put(pod({ resourceVersion: '99' }, waiting('ErrImagePull')));
      },
    ],
    [
      'its health path turns out to answer 404',
      ({ state }) => {
        state.pods.put(
          pod({ resourceVersion: '99' }, { ...notReady, containerStatuses: [running({ started: false })] }),
        );
        state.warnings.put(warning('pod-uid', 'Unhealthy', NOT_FOUND));
      },
    ],
    [
      'an open port counted as healthy for an earlier revision only',
      (context) => annotated(context, { 'mcp-gateway.io/tcp-check-of-revision': 'earlier' }),
    ],
  ])('%s', async (_what, happens) => {
    const context = await thatRuns();
    expect(seen(context).inSync).toBe(true);
    happens(context);
    expect(seen(context).inSync).toBe(false);
  });
});

describe('the resource id of the objects', () => {
  const EDITED = { annotations: { 'mcp-gateway.io/resource-id': 'other' }, ...idEdited };

  it('is not an id that another client wrote', async () => {
    const context = await thatRuns();
    change(context.state.statefulSets, { metadata: EDITED });
    change(context.state.services, { metadata: EDITED });
    expect(seen(context)).toMatchObject({ resourceId: 'id-of-echo', inSync: false });
  });

  it('comes from the pod template when nothing else has it', async () => {
    const { context } = contextOf(applied);
    await apply(context, desiredWorkload(echo));
    for (const { kind } of context.state.of(adapter('echo')).own)
      change(context.state.storeOf(kind), { metadata: EDITED });
    expect(seen(context).resourceId).toBe('id-of-echo');
  });

  it('comes from the pods when nothing else is left, and else is unknown', () => {
    const { context } = contextOf(() => undefined);
    context.state.services.put(ownedObject('Service', EDITED));
    expect(seen(context).resourceId).toBeNull();
    context.state.pods.put(pod());
    expect(seen(context).resourceId).toBe('id-of-echo');
  });

  it('is that of an earlier adapter when this gateway wrote it', () => {
    const { context } = contextOf(() => undefined);
    context.state.services.put(ownedObject('Service', { annotations: EDITED.annotations }));
    expect(seen(context).resourceId).toBe('other');
  });
});

describe('an adapter that is being removed', () => {
  const left = (kinds: KubeObject[], ...pods: Pod[]) => {
    const { context } = contextOf(() => undefined);
    for (const object of kinds) context.state.storeOf(object.kind as 'Service').put(object);
    for (const each of pods) context.state.pods.put(each);
    return seen(context);
  };
  const set = (more: Partial<KubeObject['metadata']> = {}): StatefulSet => ({
    ...ownedObject('StatefulSet', more),
    spec: { replicas: 2 },
  });

  it('is removing once every object is terminating, and exists as long as a pod does', () => {
    expect(left([set(ENDING)], pod(ENDING))).toMatchObject({ removing: true, resourceId: 'id-of-echo' });
    expect(left([], pod(ENDING))).toMatchObject({ exists: true, removing: true, resourceId: 'id-of-echo' });
    expect(left([], pod(ENDING))).toMatchObject({ desiredReplicas: 0, revision: null });
  });

  it.each<[what: string, found: ReturnType<typeof left>]>([
    ['its network policy is still there', left([set(ENDING), ownedObject('NetworkPolicy')])],
    ['one of its pods is not terminating', left([set(ENDING)], pod())],
  ])('is not removing when %s', (_what, found) => {
    expect(found).toMatchObject({ exists: true, removing: false });
  });

  it('gives no reason why a replica cannot start', () => {
    const failed = (more: Partial<KubeObject['metadata']>) => {
      const { context } = contextOf(() => undefined);
      context.state.statefulSets.put(set(more));
      context.state.warnings.put(warning('uid-of-StatefulSet', 'FailedCreate', 'exceeded quota'));
      return seen(context).failure;
    };
    expect([failed({})?.reason, failed(ENDING)]).toEqual(['QuotaExceeded', null]);
  });

  it('drains once its StatefulSet is terminating, even in a pod that is not yet', () => {
    expect(left([set()], pod()).replicas.map(({ endpoint }) => endpoint?.ready)).toEqual([true]);
    const [replica] = left([set(ENDING)], pod()).replicas;
    expect(replica?.endpoint).toMatchObject({ ready: false, serving: true, draining: true });
    expect(left([set(ENDING)], pod({}, notReady)).replicas[0]?.endpoint).not.toHaveProperty('serving');
  });
});
