import { describe, expect, it } from '@jest/globals';
import { ApiError, apiFailure } from './errors.js';

const RIGHT =
  'statefulsets.apps "adapter-echo" is forbidden: User "system:serviceaccount:adapter:worker" cannot patch resource "statefulsets" in API group "apps" in the namespace "adapter"';
const CORE = 'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "adapter"';

describe('a rejection of the API server', () => {
  it.each([
    [
      403,
      RIGHT,
      'PermissionMissing',
      'system:serviceaccount:adapter:worker may not patch statefulsets.apps in namespace adapter. Create the namespace if it does not exist; otherwise add the right to its Role there.',
    ],
    [
      403,
      CORE,
      'PermissionMissing',
      'u may not list pods in namespace adapter. Create the namespace if it does not exist; otherwise add the right to its Role there.',
    ],
    [
      403,
      'exceeded quota: small',
      'QuotaExceeded',
      'The quota of the namespace does not allow it: exceeded quota: small. Raise the quota, or request less.',
    ],
    [
      403,
      'violates PodSecurity "restricted"',
      'PodSecurityViolation',
      'The namespace does not admit the pod: violates PodSecurity "restricted"',
    ],
    [403, 'no', 'AdmissionDenied', 'The cluster does not admit it: no'],
    [
      404,
      'namespaces "adapter" not found',
      'NamespaceNotFound',
      'namespaces "adapter" not found. Create the namespace.',
    ],
    [422, 'spec.x: Invalid value', 'InvalidObject', 'The cluster rejects the spec: spec.x: Invalid value'],
    [413, 'too large', 'TooLarge', 'The spec is larger than the cluster stores; shorten the environment.'],
    [
      500,
      'failed to create typed patch object: duplicate entries for key [name="A"]',
      'InvalidObject',
      'The cluster rejects the spec: failed to create typed patch object: duplicate entries for key [name="A"]',
    ],
    [400, 'no such field', 'InvalidObject', 'The cluster rejects the spec: no such field'],
    [
      403,
      'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope',
      'PermissionMissing',
      'u may not list nodes. Add the right to its Role.',
    ],
    [409, 'somebody was faster', 'Refused', 'somebody was faster'],
    [405, 'not that way', 'MethodNotAllowed', 'not that way'],
  ])('with %i, %s, is %s', (status, answer, reason, message) => {
    expect(apiFailure(new ApiError(status, status === 405 ? 'MethodNotAllowed' : '', answer))).toEqual({
      reason,
      message,
    });
  });
});
