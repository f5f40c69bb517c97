import { adapter } from '../../../test/refs.js';
import { describe, expect, it } from '@jest/globals';
import { applied, contextOf, idEdited, ownedObject } from '../../../test/context.js';
import { DEFAULTS } from '../../../test/settings.js';
import { workload } from '../../../test/supervisor.js';
import { desiredWorkload } from '../../workload.js';
import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import { serviceOf } from '../objects/manifests.js';
import { statefulSetOf } from '../objects/stateful-set.js';
import { applyObject } from './apply-object.js';

const echo = { ...workload('echo'), resourceId: 'id-of-echo' };
const manifest = statefulSetOf(desiredWorkload(echo), DEFAULTS, { health: { by: 'http' }, replicas: 1, paths: {} });

describe('an object that is applied', () => {
  it.each<[what: string, autoscaled: string[], version: string | undefined]>([
    ['with its version when an autoscaler may change it at the same time', ['echo'], '7'],
    ['with its version when an autoscaler may change any adapter', ['*'], '7'],
    ['without a version otherwise', [], undefined],
  ])('is written %s', async (_what, autoscaled, version) => {
    const { context, requests } = contextOf(() => ownedObject('StatefulSet', { resourceVersion: '8' }), { autoscaled });
    context.state.storeOf('StatefulSet').put(ownedObject('StatefulSet'));
    await applyObject(context, echo, manifest);
    expect(requests.map(({ body }) => (body as KubeObject).metadata.resourceVersion)).toEqual([version]);
  });

  const relabelled = {
    labels: { 'mcp-gateway.io/gateway': 'other', 'mcp-gateway.io/kind': 'adapter', 'mcp-gateway.io/name': 'echo' },
  };
  const EARLIER = { 'mcp-gateway.io/resource-id': 'id-of-an-earlier-one' };
  const byOthers = [{ manager: 'mcp-gateway/other', operation: 'Apply' }];
  it.each<[what: string, found: Partial<KubeObject['metadata']>, taken: boolean]>([
    ['gets its labels back when another client has overwritten them', relabelled, true],
    ['is left alone when another gateway created it', { managedFields: byOthers }, false],
    ['is left alone when it belongs to an earlier adapter of the name', { annotations: EARLIER }, false],
    ['is adopted even when another client has edited its resource id', { annotations: EARLIER, ...idEdited }, true],
  ])('%s', async (_what, found, taken) => {
    const { context, requests } = contextOf(({ method, query }) => {
      if (method === 'PATCH' && query?.['force'] === 'false')
        throw new ApiError(409, 'Conflict', 'of .metadata.labels');
      return ownedObject('StatefulSet', found);
    });
    const answer = await applyObject(context, echo, manifest);
    expect(requests.map(({ method, query }) => `${method} ${query?.['force']}`)).toEqual([
      'PATCH false',
      'GET undefined',
      ...(taken ? ['PATCH true'] : []),
    ]);
    expect(answer).toMatchObject(taken ? { kind: 'StatefulSet' } : { reason: 'NameConflict' });
  });

  const NAME_TAKEN = {
    reason: 'NameConflict',
    message: expect.stringContaining('a StatefulSet adapter-echo in namespace adapter'),
  };
  it.each([
    ['is adopted', relabelled, ['GET undefined', 'PATCH true'], { kind: 'StatefulSet' }],
    [
      'is left alone when it is another gateway’s',
      { ...relabelled, managedFields: byOthers },
      ['GET undefined'],
      NAME_TAKEN,
    ],
  ])('and that the informer shows without the labels %s', async (_what, found, lines, expected) => {
    const { context, requests } = contextOf(() => ownedObject('StatefulSet', found));
    context.state.others.StatefulSet.put(ownedObject('StatefulSet', found));
    expect(await applyObject(context, echo, manifest)).toMatchObject(expected);
    expect(requests.map(({ method, query }) => `${method} ${query?.['force']}`)).toEqual(lines);
  });

  it('is in the copy from then on, with the field manager of this gateway', async () => {
    const { context, requests } = contextOf(applied, { gateway: 'two' });
    await applyObject(
      context,
      echo,
      statefulSetOf(
        desiredWorkload(echo),
        { ...DEFAULTS, gateway: 'two' },
        { health: { by: 'http' }, replicas: 1, paths: {} },
      ),
    );
    expect(requests.map(({ query }) => query)).toEqual([{ fieldManager: 'mcp-gateway/two', force: 'false' }]);
    expect(context.state.of(adapter('echo')).statefulSet).toBeDefined();
  });
});

describe('an object in the copy whose apply is rejected', () => {
  const service = serviceOf(echo, DEFAULTS);
  const refusing = (status: number) => {
    let rejections = 1;
    return contextOf((request) => {
      if (request.method === 'DELETE') return { ...ownedObject('Status'), kind: 'Status' };
      if (rejections-- > 0) throw new ApiError(status, 'Refused', 'no');
      return applied(request);
    });
  };
  const methods = (requests: readonly { method: string; query?: Record<string, string> }[]) =>
    requests.map(({ method, query }) => `${method} ${query?.['force']}`);

  it('is replaced when no apply can correct it', async () => {
    const { context, requests } = refusing(422);
    context.state.services.put(ownedObject('Service'));
    await applyObject(context, echo, service);
    expect(methods(requests)).toEqual(['PATCH true', 'DELETE undefined', 'PATCH false']);
  });

  it('is not replaced when its replicas would end, and an unknown object is not deleted', async () => {
    const known = refusing(422);
    known.context.state.storeOf('StatefulSet').put(ownedObject('StatefulSet'));
    await expect(applyObject(known.context, echo, manifest)).rejects.toMatchObject({ status: 422 });
    const unknown = refusing(422);
    await expect(applyObject(unknown.context, echo, service)).rejects.toMatchObject({ status: 422 });
    expect([...methods(known.requests), ...methods(unknown.requests)]).toEqual(['PATCH true', 'PATCH false']);
  });

  it('is tried again later when another client changes it at the same time', async () => {
    const { context, requests } = refusing(409);
    context.state.services.put(ownedObject('Service'));
    await expect(applyObject(context, echo, service)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      detail: 'another client changed the object at the same time',
    });
    expect(methods(requests)).toEqual(['PATCH true']);
  });

  it('is not written again when the write is forbidden', async () => {
    const { context, requests } = refusing(403);
    await expect(applyObject(context, echo, service)).rejects.toMatchObject({ status: 403 });
    expect(methods(requests)).toEqual(['PATCH false']);
  });

  it('is written without a version when it is not a StatefulSet', async () => {
    const { context, requests } = contextOf(applied, { autoscaled: ['*'] });
    context.state.services.put(ownedObject('Service'));
    await applyObject(context, echo, service);
    expect(requests.map(({ body }) => (body as KubeObject).metadata.resourceVersion)).toEqual([undefined]);
  });
});
