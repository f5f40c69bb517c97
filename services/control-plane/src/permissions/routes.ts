import {
  type PermissionExplanation,
  type Policy,
  resourceKey,
  ResourceKind,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import { forbidden } from '@mcp-gateway/common/errors';
import { type Action, decide, isAdmin, type Rule } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { ResourceRow, ResourceSpec } from '@mcp-gateway/database';
import { Router } from 'express';
import { z } from 'zod';
import { onlyMethods } from '../http/problems.js';
import { parseQuery, principalOf, type Requester, requesterOf } from '../http/request.js';
import { accessOf } from '../resources/service.js';

const Subject = z.string().min(1, 'must not be empty').max(256, 'must be at most 256 characters');
const Roles = z.string().max(4096, 'must be at most 4096 characters');

const RESOURCE = new RegExp(`^(${ResourceKind.options.join('|')})/([^/]+)$`);

export const ExplainQuery = z.strictObject({
  resource: z
    .string('is required')
    .max(128, 'must be at most 128 characters')
    .regex(RESOURCE, 'must be a kind and a name, such as "adapter/echo"')
    .meta({ description: 'Kind and name of the resource, such as `adapter/echo`.' }),
  action: z.enum(['read', 'write']).default('read').meta({
    description: '`read` is to use and read the resource; `write` is to change and remove it.',
  }),
  principal: Subject.optional().meta({
    description: 'Subject of a caller; yourself if absent. Others need `mcp.admin`.',
  }),
  roles: Roles.optional().meta({
    description: 'Roles of that caller, separated by commas. Absent: your own, or none for another caller.',
  }),
});

type Explained = ResourceRow<ResourceSpec & { policies?: Policy[] }>;

export interface PermissionRoutesParts {
  /** @throws GatewayError when the caller may not read the resource */
  rowOf: Readonly<Record<ResourceKind, (by: Requester, name: string) => Promise<Explained>>>;
}

/** The REST API of /permissions. */
export function permissionRoutes({ rowOf }: PermissionRoutesParts): Router {
  const router = Router({ caseSensitive: true });
  router.get('/explain', async (req, res) => {
    const { resource, action, ...asked } = parseQuery(ExplainQuery, req.query);
    const caller = principalOf(req);
    const principal = askedFor(caller, asked);
    // Read as the caller: whoever may not read the resource gets the answer for a name that does not exist.
    const { kind, name } = refIn(resource);
    const row = await rowOf[kind](requesterOf(req), name);
    res.set('Cache-Control', 'no-store').json(explain(principal, row, action));
  });
  router.all('/explain', onlyMethods(['GET']));
  return router;
}

function refIn(resource: string): ResourceRef {
  const [, kind, name = ''] = RESOURCE.exec(resource) ?? [];
  return { kind: ResourceKind.parse(kind), name };
}

/** @throws GatewayError FORBIDDEN before anything is looked up, so that the answer says nothing about the resource */
function askedFor(
  caller: Principal,
  { principal, roles }: { principal?: string | undefined; roles?: string | undefined },
) {
  const isOwn = (principal === undefined || principal === caller.subject) && roles === undefined;
  if (isOwn) return caller;
  if (!isAdmin(caller))
    throw forbidden('only mcp.admin may ask about other callers or roles; leave out principal and roles');
  const given = (roles ?? '').split(',').flatMap((role) => role.trim() || []);
  const subject = principal ?? caller.subject;
  return { subject, name: subject, tenant: caller.tenant, roles: given };
}

const reasonOf = (rule: Rule, kind: ResourceKind): string =>
  ({
    creator: `the caller has registered the ${kind}`,
    'required-role': `the caller has one of the requiredRoles of the ${kind}`,
    'tenant-admin': `the caller administers the tenant of the ${kind}`,
    admin: 'the caller has the role mcp.admin',
    'out-of-scope': 'the API key of the caller is for other resources',
    none: 'no rule permits it',
  })[rule];
const NEEDED: Record<Action, string> = {
  read: 'it needs one of the requiredRoles, or mcp.admin, or to be the creator or an administrator of the tenant',
  write: 'it needs mcp.admin, or to be the creator or an administrator of the tenant',
};

function explain(principal: Principal, row: Explained, action: Action): PermissionExplanation {
  const { allowed, rule } = decide(principal, accessOf(row), action);
  const reason = reasonOf(rule, row.kind);
  return {
    principal: { subject: principal.subject, roles: [...principal.roles] },
    resource: resourceKey(row),
    action,
    allowed,
    rule,
    reason: rule === 'none' ? `${reason}: ${NEEDED[action]}` : reason,
    policies: allowed && action === 'read' ? (row.spec.policies ?? []).map(({ name }) => name) : [],
  };
}
