/** The authenticated caller. */
export interface Principal {
  /** Stable and unique. `createdBy` and sessions are bound to it. */
  subject: string;
  name: string;
  roles: readonly string[];
  tenant: string;
  /** How the caller signed in, for the audit: `development`, the URL of an issuer, or another word. */
  signIn?: string | undefined;
  /** Seconds since the epoch; when the sign-in ends. Undefined: it does not end by itself. */
  expiresAt?: number | undefined;
}

/** Whether the sign-in of the caller has ended. */
export const hasExpired = ({ expiresAt }: Pick<Principal, 'expiresAt'>, nowSeconds = Date.now() / 1000): boolean =>
  expiresAt !== undefined && expiresAt <= nowSeconds;

const ADMIN_ROLE = 'mcp.admin';

/** The part of a resource that decides who may use it. */
export interface AccessPolicy {
  createdBy: string;
  requiredRoles: readonly string[];
}

/** Roles compare case-insensitively: normalize them wherever they are compared or stored for a comparison. */
export const normalizeRole = (role: string): string => role.toLowerCase();

export const isAdmin = (principal: Principal): boolean =>
  principal.roles.some((role) => normalizeRole(role) === ADMIN_ROLE);

/** The creator, a holder of any required role and an admin may read and use. Without required roles: creator and admin only. */
export function canRead(principal: Principal, resource: AccessPolicy): boolean {
  if (canWrite(principal, resource)) return true;
  return hasAnyRole(principal, resource.requiredRoles);
}

export function hasAnyRole(principal: Principal, roles: readonly string[]): boolean {
  const held = new Set(principal.roles.map(normalizeRole));
  return roles.some((role) => held.has(normalizeRole(role)));
}

/** The creator and an admin may change and remove. */
export function canWrite(principal: Principal, resource: AccessPolicy): boolean {
  return principal.subject === resource.createdBy || isAdmin(principal);
}
