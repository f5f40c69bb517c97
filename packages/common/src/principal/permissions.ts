/** The authenticated caller. */
export interface Principal {
  /** Stable and unique; what `createdBy` and sessions are bound to. */
  subject: string;
  name: string;
  roles: readonly string[];
  tenant: string;
}

const ADMIN_ROLE = 'mcp.admin';

/** What a permission is decided on. */
export interface AccessPolicy {
  createdBy: string;
  requiredRoles: readonly string[];
}

/** Roles compare case-insensitively, so they are folded wherever they are compared or stored for comparison. */
export const normalizeRole = (role: string): string => role.toLowerCase();

export const isAdmin = (principal: Principal): boolean =>
  principal.roles.some((role) => normalizeRole(role) === ADMIN_ROLE);

/** Read and use: the creator, any of the required roles, or an admin. No required roles means creator and admin only. */
export function canRead(principal: Principal, resource: AccessPolicy): boolean {
  if (canWrite(principal, resource)) return true;
  return hasAnyRole(principal, resource.requiredRoles);
}

export function hasAnyRole(principal: Principal, roles: readonly string[]): boolean {
  const held = new Set(principal.roles.map(normalizeRole));
  return roles.some((role) => held.has(normalizeRole(role)));
}

/** Change and remove: the creator or an admin. */
export function canWrite(principal: Principal, resource: AccessPolicy): boolean {
  return principal.subject === resource.createdBy || isAdmin(principal);
}
