import type { IncomingMessage } from 'node:http';
import type { Principal, Verifier } from '@mcp-gateway/common/principal';

/** The caller. @throws GatewayError SIGN_IN_REQUIRED, FORBIDDEN */
export function authenticate(verifier: Verifier, req: IncomingMessage): Promise<Principal> {
  return verifier(req.headers, req.socket.remoteAddress);
}
