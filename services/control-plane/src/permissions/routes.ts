import {
  type PermissionExplanation,
  type Policy,
  resourceKey,
  ResourceKind,
  type ResourceRef,
} from '@mcp-gateway/common/contracts';
import { forbidden, malformedRequest } from '@mcp-gateway/common/errors';
import { type Action, decide, isAdmin, type Rule } from '@mcp-gateway/common/permission';
import type { Principal } from '@mcp-gateway/common/principal';
import type { ResourceRow, ResourceSpec } from '@mcp-gateway/database';
import { type AssumedMessage, compilePolicies, verdictOf } from '@mcp-gateway/identity';
import { Router } from 'express';
import { z } from 'zod';
import { onlyMethods } from '../http/problems.js';
import { documentedAs, parseQuery, type Requester, requesterOf } from '../http/request.js';
import { accessOf } from '../resources/service.js';

const Subject = z.string().min(1, 'must not be empty').max(256, 'must be at most 256 characters');
const Roles = z.string().max(4096, 'must be at most 4096 characters');

const RESOURCE = new RegExp(`^(${ResourceKind.options.join('|')})/([^/]+)$`);

const MAX_JSON = 8 * 1024;
const NOT_AN_OBJECT = 'must be a JSON object';
const NO_TEXT = 'must be a text';

const jsonObject = <Value>(values: z.ZodType<Value>) =>
  z
    .string()
    .max(MAX_JSON, `must be at most ${MAX_JSON} characters`)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: NOT_AN_OBJECT });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), values, NOT_AN_OBJECT))
    .meta(documentedAs({ type: 'string', maxLength: MAX_JSON }));

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
  apiKey: Subject.optional().meta({
    description: 'Id of an API key, instead of `principal` and `roles`: what a caller may do that signs in with it.',
  }),
  method: Subject.optional().meta({
    description: 'Method of the message, such as `tools/list`; `tools/call` if `tool` is given.',
  }),
  tool: Subject.optional().meta({ description: 'Name of the tool of a `tools/call`.' }),
  arguments: jsonObject(z.unknown()).optional().meta({ description: 'Arguments of the call, as a JSON object.' }),
  headers: jsonObject(z.string(NO_TEXT)).optional().meta({
    description: 'Headers of the request, as a JSON object of texts. Names in lower case.',
  }),
});

/** A caller, as far as it is known. */
type Asked = Pick<Principal, 'subject' | 'roles'> & Partial<Principal>;

type Explained = ResourceRow<ResourceSpec & { policies?: Policy[] }>;

export interface PermissionRoutesParts {
  /** @throws GatewayError when the caller may not read the resource */
  rowOf: Readonly<Record<ResourceKind, (by: Requester, name: string) => Promise<Explained>>>;
  /** Where a caller would belong of whom only subject and roles are known. */
  guess(caller: Pick<Principal, 'subject' | 'roles'>): Promise<Pick<Principal, 'tenant' | 'adminOf'>>;
  /** The caller that signs in with a key, as the asker may know it. Undefined: there are no API keys. */
  holderOf?: ((by: Requester, apiKey: string) => Promise<Principal>) | undefined;
}

/** The REST API of /permissions. */
export function permissionRoutes(parts: PermissionRoutesParts): Router {
  const router = Router({ caseSensitive: true });
  router.get('/explain', async (req, res) => {
    const { resource, action, principal, roles, apiKey, ...message } = parseQuery(ExplainQuery, req.query);
    const by = requesterOf(req);
    const caller = await askedFor(by, { principal, roles, apiKey }, parts);
    // Read as the caller: whoever may not read the resource gets the answer for a name that does not exist.
    const { kind, name } = refIn(resource);
    const row = await parts.rowOf[kind](by, name);
    res.set('Cache-Control', 'no-store').json(explain(caller, row, { action, message }));
  });
  router.all('/explain', onlyMethods(['GET']));
  return router;
}

function refIn(resource: string): ResourceRef {
  const [, kind, name = ''] = RESOURCE.exec(resource) ?? [];
  return { kind: ResourceKind.parse(kind), name };
}

interface Question {
  principal: string | undefined;
  roles: string | undefined;
  apiKey: string | undefined;
}

/** @throws GatewayError FORBIDDEN before anything is looked up, so that the answer says nothing about the resource */
async function askedFor(by: Requester, question: Question, { guess, holderOf }: PermissionRoutesParts): Promise<Asked> {
  const { principal, roles, apiKey } = question;
  const { principal: caller } = by;
  if (apiKey !== undefined) {
    if (principal !== undefined || roles !== undefined)
      throw malformedRequest('apiKey says which caller it is; leave out principal and roles');
    if (!holderOf) throw malformedRequest('this gateway has no API keys; leave out apiKey');
    return holderOf(by, apiKey);
  }
  const isOwn = (principal === undefined || principal === caller.subject) && roles === undefined;
  if (isOwn) return caller;
  if (!isAdmin(caller))
    throw forbidden('only mcp.admin may ask about other callers or roles; leave out principal and roles');
  const asked = {
    subject: principal ?? caller.subject,
    roles: (roles ?? '').split(',').flatMap((role) => role.trim() || []),
  };
  const { adminOf } = await guess(asked);
  return { ...asked, adminOf };
}

const reasonOf = (rule: Rule, kind: ResourceKind): string =>
  ({
    creator: `the caller has registered the ${kind}`,
    'required-role': `the caller has one of the requiredRoles of the ${kind}`,
    'tenant-admin': `the caller administers the tenant of the ${kind}`,
    admin: 'the caller has the role mcp.admin',
    'signed-in': 'everyone who has signed in may use it',
    'out-of-scope': 'the API key of the caller is for other resources',
    none: 'no rule permits it',
  })[rule];
const NEEDED: Record<Action, string> = {
  read: 'it needs one of the requiredRoles, or mcp.admin, or to be the creator or an administrator of the tenant',
  write: 'it needs mcp.admin, or to be the creator or an administrator of the tenant',
};

interface Wanted {
  action: Action;
  message: AssumedMessage;
}

function explain(caller: Asked, row: Explained, { action, message }: Wanted): PermissionExplanation {
  const { subject, roles, adminOf = [], apiKey } = caller;
  const { kind, name, createdBy, spec } = row;
  const { allowed, rule } = decide({ name: subject, tenant: '', ...caller }, accessOf(row), action);
  const reason = reasonOf(rule, kind);
  const isNarrowed = allowed && action === 'read';
  const asked = { ...message, principal: caller, resource: { kind, name, createdBy } };
  const policies = isNarrowed ? compilePolicies(spec.policies ?? []).examine(asked) : [];
  const { outcome, decidedBy } = verdictOf(policies);
  return {
    principal: { subject, roles: [...roles], adminOf: [...adminOf], ...(apiKey !== undefined && { apiKey }) },
    resource: resourceKey(row),
    action,
    allowed,
    rule,
    reason: rule === 'none' ? `${reason}: ${NEEDED[action]}` : reason,
    policies,
    outcome: allowed ? outcome : 'refused',
    decidedBy,
  };
}
