import type { IncomingMessage } from 'node:http';
import type { Principal } from '@mcp-gateway/common/principal';
import type { Verifier } from '@mcp-gateway/identity';

/** The caller. @throws GatewayError SIGN_IN_REQUIRED, FORBIDDEN */
export function authenticate(verifier: Verifier, req: IncomingMessage): Promise<Principal> {
  return verifier(req.headers, req.socket.remoteAddress);
}
