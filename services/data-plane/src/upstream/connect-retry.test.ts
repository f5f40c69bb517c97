import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import type { Route } from '@mcp-gateway/common/contracts';
import type { RouteTable } from '@mcp-gateway/routing';
import { endpoint, routeOf } from '../../test/routes.js';
import { createBalancer } from './balancer/balancer.js';
import { createEndpointWaits } from './balancer/wait-for-endpoint.js';
import { endpoints } from './connect-retry.js';
import { createGrants } from '../request/grants.js';

const BOB = { subject: 'bob', name: 'bob', roles: ['team'], tenant: 'default' };
const route = routeOf([endpoint('a'), endpoint('b')], { requiredRoles: ['team'] });

/** The endpoints for a request that was admitted by the route; the route has changed since. */
function endpointsAfter(now: Route | undefined) {
  const routes = { get: () => now, onChange() {} } as unknown as RouteTable;
  const balancer = createBalancer({ sessionsOn: () => 0, inFlight: () => 0 });
  const parts = { routes, balancer, waits: createEndpointWaits(routes), grants: createGrants(routes) };
  const req = { method: 'POST', headers: {} } as IncomingMessage;
  return endpoints(parts, { req, res: new EventEmitter() as ServerResponse, era: 'modern', route, principal: BOB });
}

it('retries on another replica while the caller may use the adapter', () => {
  expect(endpointsAfter(routeOf([], { requiredRoles: ['TEAM'] })).now(new Set(['a']))?.id).toBe('b');
});

it('retries a replica that refused a connection before when there is no other', async () => {
  const { later } = endpointsAfter(routeOf([endpoint('a')], { requiredRoles: ['team'] }));
  expect((await later(new Set(['a'])))?.id).toBe('a');
});

it.each([
  ['may not use the adapter any more', routeOf([], { requiredRoles: [] })],
  ['would use another adapter of that name', routeOf([], { requiredRoles: ['team'], resourceId: 'adapter-2' })],
  ['would use none', undefined],
])('retries on no other replica when the caller %s', (_why, now) => {
  expect(() => endpointsAfter(now).now(new Set(['a']))).toThrow(expect.objectContaining({ code: 'ADAPTER_NOT_FOUND' }));
});
