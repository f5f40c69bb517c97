import { ALL_TOOLS, resourceKey, type ResourceRef } from './contracts/resource.js';
import type { Principal } from './principal.js';

const ADMIN_ROLE = 'mcp.admin';

/** The part of a resource that decides who may use it. */
export interface Access extends ResourceRef {
  createdBy: string;
  requiredRoles: readonly string[];
  /** The tenant that the resource belongs to. Undefined: the default tenant. */
  tenant?: string | undefined;
}

/**
 * read   use a resource: call it, read it, its status and its logs
 * write  change and remove it, and see everyone's sessions on it
 */
export type Action = 'read' | 'write';

/** The rule that decides: why a caller may act, or `none` when no rule permits it. */
export type Rule = 'creator' | 'required-role' | 'tenant-admin' | 'admin' | 'signed-in' | 'out-of-scope' | 'none';

export interface Decision {
  readonly allowed: boolean;
  readonly rule: Rule;
}

/** One for each rule, because the data plane decides on every request. */
const DECISIONS = {
  creator: { allowed: true, rule: 'creator' },
  'required-role': { allowed: true, rule: 'required-role' },
  'tenant-admin': { allowed: true, rule: 'tenant-admin' },
  admin: { allowed: true, rule: 'admin' },
  'signed-in': { allowed: true, rule: 'signed-in' },
  'out-of-scope': { allowed: false, rule: 'out-of-scope' },
  none: { allowed: false, rule: 'none' },
} as const satisfies { [name in Rule]: { allowed: boolean; rule: name } };

/**
 * Whether a caller may act on a resource, and the rule that says so. Control plane, data plane and every other service
 * decide here. A caller that is restricted to resources, as by an API key, may do nothing to others (`out-of-scope`).
 * Then the first rule that permits the action is named:
 *
 * | rule          | permits               |
 * | ------------- | --------------------- |
 * | creator       | read, write           |
 * | required-role | read                  |
 * | tenant-admin  | read, write           |
 * | admin         | read, write           |
 *
 * The built-in toolset of all tools is open to everyone who has signed in (`signed-in`), with any API key: what is in it
 * depends on the caller.
 * Without required roles a resource is for its creator and admins only.
 */
export function decide(principal: Principal, resource: Access, action: Action): Decision {
  if (resource.kind === 'toolset' && resource.name === ALL_TOOLS) {
    return action === 'read' ? DECISIONS['signed-in'] : DECISIONS.none;
  }
  if (!isInScope(principal, resource)) return DECISIONS['out-of-scope'];
  if (principal.subject === resource.createdBy) return DECISIONS.creator;
  if (action === 'read' && hasAnyRole(principal, resource.requiredRoles)) return DECISIONS['required-role'];
  if (administers(principal, resource.tenant)) return DECISIONS['tenant-admin'];
  if (hasAdminRole(principal)) return DECISIONS.admin;
  return DECISIONS.none;
}

/** Whether the caller administers the tenant, apart from being an admin of everything. */
export const administers = ({ adminOf }: Pick<Principal, 'adminOf'>, tenant = 'default'): boolean =>
  adminOf !== undefined && adminOf.includes(tenant);

export const canRead = (principal: Principal, resource: Access): boolean => decide(principal, resource, 'read').allowed;

export const canWrite = (principal: Principal, resource: Access): boolean =>
  decide(principal, resource, 'write').allowed;

/** Roles compare case-insensitively: normalize them wherever they are compared or stored for a comparison. */
export const normalizeRole = (role: string): string => role.toLowerCase();

/** Whether the resource is among those that the caller is restricted to, if there is a restriction. */
export function isInScope({ resources }: Pick<Principal, 'resources'>, resource: ResourceRef): boolean {
  if (resources === undefined) return true;
  const key = resourceKey(resource);
  return resources.some((each) => resourceKey(each) === key);
}

/** Over everything: a caller that is restricted to resources administers those at most. */
export const isAdmin = (principal: Pick<Principal, 'roles' | 'resources'>): boolean =>
  principal.resources === undefined && hasAdminRole(principal);

/** For what is restricted otherwise, such as a list. */
export function hasAdminRole({ roles }: Pick<Principal, 'roles'>): boolean {
  for (const role of roles) if (normalizeRole(role) === ADMIN_ROLE) return true;
  return false;
}

/** `required` is normalized once for as long as the caller keeps the list, so it must not change. */
export function hasAnyRole({ roles }: Pick<Principal, 'roles'>, required: readonly string[]): boolean {
  if (required.length === 0 || roles.length === 0) return false;
  const permitted = normalized(required);
  for (const role of roles) if (permitted.has(normalizeRole(role))) return true;
  return false;
}

/** By list of roles: a route keeps its list until it changes. */
const NORMALIZED = new WeakMap<readonly string[], ReadonlySet<string>>();

function normalized(required: readonly string[]): ReadonlySet<string> {
  let roles = NORMALIZED.get(required);
  if (!roles) NORMALIZED.set(required, (roles = new Set(required.map(normalizeRole))));
  return roles;
}
