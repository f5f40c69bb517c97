import { expect, it } from '@jest/globals';
import type { RequestContext } from '../request/context.js';
import { authenticate } from './authenticate.js';

it('gives the verifier the headers, the address, the connection and the resource of the request', () => {
  const principal = { subject: 'alice', name: 'Alice', roles: [], tenant: 'default' };
  const headers = { authorization: 'Bearer t' };
  const resource = { kind: 'adapter', name: 'echo' } as const;
  const seen: unknown[] = [];
  const verifier = (request: unknown) => {
    seen.push(request);
    return principal;
  };
  const socket = {};
  const context = { req: { headers, socket }, address: '10.0.0.7', resource } as RequestContext;
  expect(authenticate({ verifier }, context, '/adapters/echo/mcp')).toBe(principal);
  expect(seen).toEqual([{ headers, address: '10.0.0.7', connection: socket, resource }]);
});
