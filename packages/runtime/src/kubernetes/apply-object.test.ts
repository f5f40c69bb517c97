import { describe, expect, it } from '@jest/globals';
import { ownObject, partsOf } from '../../test/parts.js';
import { DEFAULTS } from '../../test/settings.js';
import { workload } from '../../test/supervisor.js';
import { ApiError } from './api/api-error.js';
import type { KubeObject } from './api/objects.js';
import { applyObject } from './apply-object.js';
import { statefulSetOf } from './objects/stateful-set.js';

const echo = { ...workload('echo'), adapterId: 'id-of-echo' };
const manifest = statefulSetOf(echo, DEFAULTS, { health: 'http', replicas: 1 });

describe('an object that is applied', () => {
  it.each<[what: string, autoscaled: string[], version: string | undefined]>([
    ['as it was seen when an autoscaler may change it at the same time', ['echo'], '7'],
    ['as it is otherwise', [], undefined],
  ])('is changed %s', async (_what, autoscaled, version) => {
    const { parts, asked } = partsOf(() => ownObject('StatefulSet', { resourceVersion: '8' }), { autoscaled });
    parts.state.storeOf('StatefulSet').put(ownObject('StatefulSet'));
    await applyObject(parts, manifest);
    expect(asked.map(({ body }) => (body as KubeObject).metadata.resourceVersion)).toEqual([version]);
  });

  const relabelled = { labels: { 'mcp-gateway.io/gateway': 'other', 'mcp-gateway.io/adapter': 'echo' } };
  const byOthers = [{ manager: 'mcp-gateway/other', operation: 'Apply' }];
  it.each<[what: string, found: Partial<KubeObject['metadata']>, taken: boolean]>([
    ['gets its labels back when somebody has overwritten them', relabelled, true],
    ['is left to another gateway that made it', { managedFields: byOthers }, false],
    ['is left alone when it was made for an earlier adapter of the name', { annotations: {} }, false],
  ])('%s', async (_what, found, taken) => {
    const { parts, asked } = partsOf(({ method, query }) => {
      if (method === 'PATCH' && query?.['force'] === 'false')
        throw new ApiError(409, 'Conflict', 'of .metadata.labels');
      return ownObject('StatefulSet', found);
    });
    const answer = await applyObject(parts, manifest);
    expect(asked.map(({ method, query }) => `${method} ${query?.['force']}`)).toEqual([
      'PATCH false',
      'GET undefined',
      ...(taken ? ['PATCH true'] : []),
    ]);
    expect(answer).toMatchObject(taken ? { kind: 'StatefulSet' } : { reason: 'NameTaken' });
  });
});
