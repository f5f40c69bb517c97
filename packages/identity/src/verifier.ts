import type { IncomingHttpHeaders } from 'node:http';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';

/** The part of a request that a verifier sees. */
export interface SignInRequest {
  headers: IncomingHttpHeaders;
  /** The other end of its connection; undefined when that is not known any more. */
  address?: string | undefined;
  /** The connection that it came over: an object that stands for it, for as long as it lasts. Undefined: not known. */
  connection?: object | undefined;
  /** The resource that the request addresses, so that a verifier can check the audience (RFC 8707); undefined for other requests. */
  resource?: ResourceRef | undefined;
}

/**
 * Turns what a request carries into a principal; without a promise when it need not wait.
 * @throws GatewayError SIGN_IN_REQUIRED when it carries nothing, or nothing that holds; FORBIDDEN when its kind of sign-in is not
 * for callers from there.
 */
export type Verifier = (request: SignInRequest) => Principal | Promise<Principal>;
