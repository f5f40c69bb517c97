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
 * @throws GatewayError SIGN_IN_REQUIRED when it carries nothing, or nothing that holds.
 */
export type Verifier = (headers: IncomingHttpHeaders) => Promise<Principal>;
