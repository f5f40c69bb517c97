import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '@mcp-gateway/common/principal';

/**
 * Turns what a request carries into a principal.
 * @param address the other end of its connection
 * @throws GatewayError SIGN_IN_REQUIRED when it carries nothing, or nothing that holds; FORBIDDEN when its kind of sign-in is not
 * for callers from there.
 */
export type Verifier = (headers: IncomingHttpHeaders, address?: string) => Promise<Principal>;
