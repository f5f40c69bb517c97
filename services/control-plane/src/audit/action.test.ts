import { describe, expect, it } from '@jest/globals';
import { auditedAction, managementAction } from './action.js';

const PATTERNS = [
  '/adapters',
  '/adapters/{name}',
  '/adapters/{name}/status',
  '/adapters/{name}/sessions',
  '/adapters/{name}/sessions/{id}',
  '/api-keys',
  '/api-keys/{id}',
  '/api-keys/{id}/rotate',
  '/tools',
  '/tools/{name}',
  '/tools/{name}/status',
  '/toolsets',
  '/toolsets/{name}',
  '/tenants/{id}/quota',
  '/tenants/{id}',
  '/audit',
  '/audit/export',
];

describe('a management request', () => {
  it.each([
    ['POST', '/adapters', 'adapter.create', undefined, true],
    ['GET', '/adapters', 'adapter.read', undefined, false],
    ['PUT', '/adapters/echo', 'adapter.update', 'adapter/echo', true],
    ['DELETE', '/adapters/echo/', 'adapter.delete', 'adapter/echo', true],
    ['GET', '/adapters/echo/status', 'adapter.status.read', 'adapter/echo', false],
    ['DELETE', '/adapters/echo/sessions/1', 'adapter.session.delete', 'adapter/echo', true],
    ['POST', '/tools', 'tool.create', undefined, true],
    ['PUT', '/tools/weather', 'tool.update', 'tool/weather', true],
    ['DELETE', '/tools/weather', 'tool.delete', 'tool/weather', true],
    ['POST', '/toolsets', 'toolset.create', undefined, true],
    ['PUT', '/toolsets/support', 'toolset.update', 'toolset/support', true],
    ['POST', '/api-keys', 'api-key.create', undefined, true],
    ['POST', '/api-keys/k1/rotate', 'api-key.rotate', 'api-key/k1', true],
    ['PUT', '/tenants/blue/quota', 'tenant.quota.update', 'tenant/blue', true],
    ['GET', '/audit', 'audit.read', undefined, true],
    ['GET', '/audit/export', 'audit.export', undefined, true],
    ['PUT', '/adapters/%22s3cret%22', 'adapter.update', undefined, true],
  ])('%s %s is %s', (method, path, action, resource, isAudited) => {
    const found = managementAction(PATTERNS, method, path);
    expect(found).toEqual({ action, resource: found?.resource, isAudited });
    expect(found?.resource && `${found.resource.kind}/${found.resource.name}`).toBe(resource);
  });

  it.each([
    ['POST', '/s3cret'],
    ['BREW', '/adapters'],
    ['DELETE', '/adapters/echo/s3cret'],
  ])('%s %s is none', (method, path) => {
    expect(managementAction(PATTERNS, method, path)).toBeUndefined();
  });

  it.each([
    ['PUT', undefined, 'adapter.update'],
    ['GET', undefined, undefined],
    ['GET', { code: 'ADAPTER_NOT_FOUND', status: 404 }, 'adapter.read'],
    ['GET', { code: 'INVALID_REQUEST', status: 400 }, undefined],
    ['GET', { code: 'SIGN_IN_REQUIRED', status: 401 }, 'sign-in.failure'],
    ['PUT', { code: 'SIGN_IN_REQUIRED', status: 401 }, 'sign-in.failure'],
  ] as const)('%s that is refused with %p is recorded as %s', (method, refusal, action) => {
    expect(auditedAction(managementAction(PATTERNS, method, '/adapters/echo'), refusal)).toBe(action);
  });
});
