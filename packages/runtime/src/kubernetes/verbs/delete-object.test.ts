import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { ownedObject, contextOf } from '../../../test/context.js';
import { podOf } from '../../../test/pods.js';
import { ApiError } from '../api/errors.js';
import type { KubeObject } from '../api/types.js';
import { deleteObject } from './delete-object.js';
import { OWNED_KINDS } from '../objects/manifest.js';

const ENDING = { deletionTimestamp: '2026-11-20T09:00:00Z', resourceVersion: '8' };
const service = ownedObject('Service');
const status: KubeObject = { ...ownedObject('Status'), kind: 'Status' };

/** The Service in our copy after this answer of the API server to its deletion. */
async function afterwards(answer: () => KubeObject) {
  const { context } = contextOf(answer);
  context.state.services.put(ownedObject('Service'));
  const outcome = await deleteObject(context, 'Service', service).catch((error: unknown) => error);
  return { outcome, left: context.state.services.get('adapter-echo')?.metadata };
}
const refuse = (error: Error) => () => {
  throw error;
};

describe('an object that is deleted', () => {
  it('is deleted by its uid, and a StatefulSet stays until its pods are gone', async () => {
    const { context, requests } = contextOf(() => status);
    for (const kind of OWNED_KINDS) await deleteObject(context, kind, ownedObject(kind));
    await deleteObject(context, 'Pod', podOf());
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
    const namespace = '/namespaces/adapter';
    const of = (uid: string) => ({ ...body, preconditions: { uid } });
    expect(requests.map((request) => [request.method, request.path, request.body])).toEqual([
      [
        'DELETE',
        `/apis/apps/v1${namespace}/statefulsets/adapter-echo`,
        { ...of('uid-of-StatefulSet'), propagationPolicy: 'Foreground' },
      ],
      ['DELETE', `/api/v1${namespace}/services/adapter-echo`, of('uid-of-Service')],
      ['DELETE', `/apis/policy/v1${namespace}/poddisruptionbudgets/adapter-echo`, of('uid-of-PodDisruptionBudget')],
      ['DELETE', `/apis/networking.k8s.io/v1${namespace}/networkpolicies/adapter-echo`, of('uid-of-NetworkPolicy')],
      ['DELETE', `/api/v1${namespace}/pods/adapter-echo-1`, of('pod-uid')],
    ]);
  });

  it('gets no second request when it is terminating', async () => {
    const { context, requests } = contextOf(() => status);
    await deleteObject(context, 'Service', ownedObject('Service', ENDING));
    expect(requests).toEqual([]);
  });

  it('stays in the copy while it is terminating', async () => {
    const { left } = await afterwards(() => ownedObject('Service', ENDING));
    expect(left).toMatchObject(ENDING);
  });

  it.each<[what: string, answer: () => KubeObject]>([
    ['the server has deleted it', () => status],
    ['it was already gone', refuse(new ApiError(404, 'NotFound', 'there is none'))],
    [
      'another object has its name by now',
      refuse(new ApiError(409, 'Conflict', 'the UID in the precondition does not match')),
    ],
  ])('leaves the copy when %s', async (_what, answer) => {
    expect(await afterwards(answer)).toEqual({ outcome: undefined, left: undefined });
  });

  it.each<[what: string, error: Error]>([
    ['the deletion is forbidden', new ApiError(403, 'Forbidden', 'no')],
    ['the server does not answer', new GatewayError('UNAVAILABLE', { detail: 'unavailable' })],
  ])('stays in the copy when %s', async (_what, error) => {
    const { outcome, left } = await afterwards(refuse(error));
    expect(outcome).toBe(error);
    expect(left?.uid).toBe('uid-of-Service');
  });
});
