import { forbiddenResponse, header, json, link, page, pathParameter, problem, ref, responses } from './parts.js';

const parameters = [pathParameter('id', 'Id of the tenant.', {})];
const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const notFound = problem('The tenant does not exist, or you may not see it.');
const onlyAdmins = forbiddenResponse('Only `mcp.admin` may do this.');
const etag = (what: string) => ({
  ETag: { description: `Names ${what}; send it as If-Match.`, schema: { type: 'string' } },
});
const ofTenant = etag('the tenant without its quota');
const ofQuota = etag('the limits');
const ifMatch = (what: string) => [header('If-Match', `ETag of ${what} that you read. The gateway changes no other.`)];
const changed = (what: string) => problem(`If-Match names no current state: ${what} changed since you read it.`);
const refusedBody = {
  400: problem('The body is not valid; `errors` names each bad field.'),
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not application/json.'),
};
const body = (type: string, value: object, summary: string) => ({
  required: true,
  description: 'Absent fields are empty.',
  content: { 'application/json': { schema: ref(type), examples: { example: { summary, value } } } },
});
const tenant = {
  id: 'search-team',
  displayName: 'Search team',
  members: { claims: ['7f0c9a52-3c3f-4a5e-8f5e-2f7f0f1c9b11'], roles: ['search.users'] },
  admins: { roles: ['search.admins'] },
};
const quota = { requests: { second: 50, hour: 1000 }, concurrentRequests: 20, perCaller: { requests: { minute: 60 } } };

/** The paths of tenants and their quotas. */
export const tenantPaths = {
  '/tenants': {
    get: {
      tags: ['tenants'],
      operationId: 'listTenants',
      summary: 'List tenants',
      description: 'Lists the tenants that you administer, ordered by id; all of them for `mcp.admin`.',
      parameters: page,
      responses: responses({
        200: { description: 'One page.', headers: link, ...json({ type: 'array', items: ref('TenantResource') }) },
        400: problem('A parameter is not valid.'),
        503: unavailable,
      }),
    },
    post: {
      tags: ['tenants'],
      operationId: 'createTenant',
      summary: 'Create a tenant',
      description: 'Creates a tenant without limits. Its members belong to it within a second.',
      requestBody: body('TenantBody', tenant, 'Members by the tenant claim of their tokens or by a role'),
      responses: responses({
        201: {
          description: 'The tenant is created.',
          headers: { ...ofTenant, Location: { description: 'URL of the tenant.', schema: { type: 'string' } } },
          ...json(ref('TenantResource')),
        },
        ...refusedBody,
        403: onlyAdmins,
        409: problem('The id is taken.'),
        503: unavailable,
      }),
    },
  },
  '/tenants/{id}': {
    parameters,
    get: {
      tags: ['tenants'],
      operationId: 'getTenant',
      summary: 'Read a tenant',
      description: 'Answers with members and administrators of the tenant.',
      responses: responses({
        200: { description: 'The tenant.', headers: ofTenant, ...json(ref('TenantResource')) },
        404: notFound,
        503: unavailable,
      }),
    },
    put: {
      tags: ['tenants'],
      operationId: 'replaceTenant',
      summary: 'Replace members and administrators',
      description: 'Replaces the tenant except its quota. The change holds within a second.',
      parameters: ifMatch('the tenant'),
      requestBody: body('TenantBody', tenant, 'The whole tenant'),
      responses: responses({
        200: { description: 'The tenant is replaced.', headers: ofTenant, ...json(ref('TenantResource')) },
        ...refusedBody,
        403: onlyAdmins,
        404: notFound,
        412: changed('the tenant has'),
        503: unavailable,
      }),
    },
    delete: {
      tags: ['tenants'],
      operationId: 'deleteTenant',
      summary: 'Remove a tenant',
      description: 'Removes a tenant that has no adapters, tools or toolsets. Its members then belong to another tenant, or to `default`.',
      parameters: ifMatch('the tenant'),
      responses: responses({
        204: { description: 'The tenant is removed.' },
        403: onlyAdmins,
        404: notFound,
        409: problem('Adapters, tools or toolsets belong to the tenant.'),
        412: changed('the tenant has'),
        503: unavailable,
      }),
    },
  },
  '/tenants/{id}/quota': {
    parameters,
    get: {
      tags: ['tenants'],
      operationId: 'getQuota',
      summary: 'Read limits and their use',
      description: 'Answers with the limits of a tenant, their use and when they reset. Members may read it, too.',
      responses: responses({
        200: { description: 'Limits and use.', headers: ofQuota, ...json(ref('QuotaResource')) },
        404: notFound,
        503: problem('The database or Redis cannot be reached; try again after Retry-After.'),
      }),
    },
    put: {
      tags: ['tenants'],
      operationId: 'replaceQuota',
      summary: 'Replace the limits',
      description: 'Replaces all limits. The change holds within a second; what was used still counts.',
      parameters: ifMatch('the limits'),
      requestBody: body('Quota', quota, 'A thousand requests an hour, at most fifty in one second'),
      responses: responses({
        200: { description: 'The limits are replaced.', headers: ofQuota, ...json(ref('QuotaResource')) },
        ...refusedBody,
        403: onlyAdmins,
        404: notFound,
        412: changed('the limits have'),
        503: problem('The database or Redis cannot be reached; try again after Retry-After.'),
      }),
    },
  },
};
