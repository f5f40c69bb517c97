import type { ResourceRef } from './contracts/resource.js';

/** The authenticated caller. */
export interface Principal {
  /** Stable and unique. `createdBy` and sessions are bound to it. */
  subject: string;
  name: string;
  roles: readonly string[];
  tenant: string;
  /** Ids of the tenants that the caller administers. Undefined: none. */
  adminOf?: readonly string[] | undefined;
  /** How the caller signed in, for the audit: `development`, the URL of an issuer, or another word. */
  signIn?: string | undefined;
  /** Seconds since the epoch; when the sign-in ends. Undefined: it does not end by itself. */
  expiresAt?: number | undefined;
  /** The id of the API key that the caller signs in with. */
  apiKey?: string | undefined;
  /** Names the sign-in, where the gateway asks the issuer again whether it still holds. */
  introspection?: string | undefined;
  /** The only resources that the caller may use. Undefined: roles and subject alone decide. */
  resources?: readonly ResourceRef[] | undefined;
}

/** Whether the sign-in of the caller has ended. */
export const hasExpired = ({ expiresAt }: Pick<Principal, 'expiresAt'>, nowSeconds = Date.now() / 1000): boolean =>
  expiresAt !== undefined && expiresAt <= nowSeconds;
