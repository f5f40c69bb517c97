import type { IncomingHttpHeaders } from 'node:http';

/** The authenticated caller. */
export interface Principal {
  /** Stable and unique; what `createdBy` and sessions are bound to. */
  subject: string;
  name: string;
  roles: readonly string[];
  tenant: string;
}

/**
 * Turns what a request carries into a principal.
 * @param address the other end of its connection
 * @throws GatewayError SIGN_IN_REQUIRED when it carries nothing, or nothing that holds; FORBIDDEN when its kind of sign-in is not
 * for callers from there.
 */
export type Verifier = (headers: IncomingHttpHeaders, address?: string) => Promise<Principal>;
