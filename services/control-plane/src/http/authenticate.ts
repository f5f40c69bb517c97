import type { Principal } from '@mcp-gateway/common/principal';
import type { Verifier } from '@mcp-gateway/identity';
import type { Request, RequestHandler } from 'express';

const principals = new WeakMap<Request, Principal>();

/** Signs the caller in. Handlers behind it get the caller from `principalOf`. */
export function authenticate(verifier: Verifier): RequestHandler {
  return async (req, _res, next) => {
    principals.set(req, await verifier({ headers: req.headers, address: req.socket.remoteAddress }));
    next();
  };
}

export function principalOf(req: Request): Principal {
  const principal = principals.get(req);
  if (!principal) throw new Error(`${req.path} is served without authenticate()`);
  return principal;
}
