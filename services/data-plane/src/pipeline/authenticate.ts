import type { Principal } from '@mcp-gateway/common/principal';
import type { Verifier } from '@mcp-gateway/identity';
import type { RequestContext } from '../request/context.js';

/**
 * Verifies the sign-in and returns the caller.
 * @throws GatewayError SIGN_IN_REQUIRED, FORBIDDEN
 */
export function authenticate(verifier: Verifier, context: RequestContext): Principal | Promise<Principal> {
  const { req, address, resource } = context;
  return verifier({ headers: req.headers, address, resource });
}
