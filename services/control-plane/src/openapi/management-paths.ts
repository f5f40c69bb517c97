import { adapterDocumentation } from '../adapters/definition.js';
import { apiKeyPaths } from './api-key-paths.js';
import { definitionPaths } from './definition-paths.js';
import { AuditQuery, ExportQuery } from '../audit/query.js';
import { EventQuery } from '../events/query.js';
import type { Examples, ResourceDocumentation } from '../resources/definition.js';
import { ExplainQuery } from '../permissions/routes.js';
import { ListQuery } from '../resources/listing.js';
import { LogQuery } from '../resources/logs.js';
import { forbiddenResponse, header, json, link, name, page, pathParameter, problem, queryParameters, ref, responses, sessionId } from './parts.js';
import { registryPaths } from './registry-paths.js';
import { tenantPaths } from './tenant-paths.js';
import { toolDocumentation } from '../tools/definition.js';
import { toolsetDocumentation } from '../toolsets/definition.js';

/** The paths that `resources/routes.ts` serves for one kind. */
function resourcePaths(kind: ResourceDocumentation) {
  const resource = `/${kind.collection}/{name}`;
  const noun = kind.type.toLowerCase();
  const parameters = [pathParameter('name', `Name of the ${noun}.`, {})];
  return {
    [`/${kind.collection}`]: collectionOperations(kind, noun),
    [resource]: { parameters, ...resourceOperations(kind, noun) },
    [`${resource}/status`]: { parameters, ...statusOperation(kind, noun) },
    ...(!kind.isPublishedOnly && { [`${resource}/logs`]: { parameters, ...logsOperation(kind, noun) } }),
  };
}

const etag = {
  ETag: { description: 'Names this generation; send it as If-Match.', schema: { type: 'string' } },
};
const ifMatch = header('If-Match', 'ETag of the generation that you read. The gateway changes no other generation.');
const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const nameTaken = problem('The name is taken.');
const locationOf = (noun: string) => ({ Location: { description: `URL of the ${noun}.`, schema: { type: 'string' } } });
const overQuota = (isPublishedOnly: boolean | undefined) =>
  problem(isPublishedOnly ? 'The tenant has 200 toolsets, the maximum.' : 'The tenant has as many adapters and tools, or as many replicas, as its quota permits.');
const refusedBody = {
  400: problem('The body is not a valid spec; `errors` names each bad field.'),
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not application/json.'),
};
const body = (type: string, examples: Examples) => ({
  required: true,
  description: 'The spec. Fields that are absent or null get their defaults. Names of fields may have any case.',
  content: { 'application/json': { schema: ref(`${type}Body`), examples } },
});
const notFoundResponse = (noun: string) => problem(`The ${noun} does not exist, or you may not read it.`);

function collectionOperations({ type, collection, registers, examples, forbidden: reasons, isPublishedOnly }: ResourceDocumentation, noun: string) {
  return {
    get: {
      tags: [collection],
      operationId: `list${type}s`,
      summary: `List ${collection}`,
      description: `Lists the ${collection} that you may read, by default ordered by name. \`q\`, \`tag\` and \`phase\` narrow the list together.`,
      parameters: queryParameters(ListQuery),
      responses: responses({
        200: { description: 'One page.', headers: link, ...json({ type: 'array', items: ref(`${type}Resource`) }) },
        400: problem('A parameter is not valid.'),
        503: unavailable,
      }),
    },
    post: {
      tags: [collection],
      operationId: `create${type}`,
      summary: `Register ${registers}`,
      description:
        `Registers ${registers} and ${isPublishedOnly ? 'publishes' : 'deploys'} it. The answer of GET for another ${noun} is a valid body: the gateway ` +
        'ignores the fields that it sets itself.',
      requestBody: body(type, examples.create),
      responses: responses({
        201: {
          description: `The ${noun} is registered. /status reports on the ${isPublishedOnly ? 'publication' : 'deployment'}.`,
          headers: { ...etag, ...locationOf(noun) },
          ...json(ref(`${type}Resource`)),
        },
        ...refusedBody,
        403: forbiddenResponse(reasons.create),
        409: nameTaken,
        429: overQuota(isPublishedOnly),
        503: unavailable,
      }),
    },
  };
}

const refusedChangeOf = (noun: string, reason: string) => ({
  403: forbiddenResponse(reason),
  404: notFoundResponse(noun),
  412: problem(`The ${noun} has changed since you read it: If-Match, or the \`id\` or \`generation\` in the body, is not current.`),
  503: problem(`The database cannot be reached, or other callers keep changing the ${noun}; try again after Retry-After.`),
});

function resourceOperations({ type, collection, aResource, examples, forbidden: reasons, isPublishedOnly, putCreates }: ResourceDocumentation, noun: string) {
  const refusedChange = refusedChangeOf(noun, reasons.change);
  const { 404: _, ...refusedPut } = refusedChange;
  const content = { headers: etag, ...json(ref(`${type}Resource`)) };
  return {
    get: {
      tags: [collection],
      operationId: `get${type}`,
      summary: `Read ${aResource}`,
      description: 'Answers with the spec and the fields that the gateway sets. The answer, with changes in it, is a valid body of PUT.',
      responses: responses({ 200: { description: `The ${noun}.`, ...content }, 404: notFoundResponse(noun), 503: unavailable }),
    },
    put: {
      tags: [collection],
      operationId: `replace${type}`,
      summary: putCreates ? 'Create it or replace the spec' : 'Replace the spec',
      description:
        (putCreates ? `Creates the ${noun} if there is none of this name, else replaces the spec.` : 'Replaces the spec and rolls it out.') +
        ' Absent fields get their defaults. The gateway answers 412 when an `id` or a ' +
        '`generation` in the body is not the current one, as for a stale If-Match.',
      parameters: [ifMatch],
      requestBody: body(type, examples.replace),
      responses: responses({
        200: { description: `The spec is replaced. /status reports on the ${isPublishedOnly ? 'publication' : 'rollout'}.`, ...content },
        ...(putCreates && { 201: { description: `The ${noun} is created.`, headers: { ...etag, ...locationOf(noun) }, ...json(ref(`${type}Resource`)) } }),
        ...refusedBody,
        ...(putCreates ? { ...refusedPut, 409: nameTaken } : refusedChange),
        429: overQuota(isPublishedOnly),
      }),
    },
    delete: {
      tags: [collection],
      operationId: `delete${type}`,
      summary: `Remove ${aResource}`,
      description: `Removes the ${noun}${isPublishedOnly ? '' : ' and its replicas'}. The name is free at once.`,
      parameters: [ifMatch],
      responses: responses({ 204: { description: `The ${noun} is removed.` }, ...refusedChange }),
    },
  };
}

const statusOperation = ({ type, collection, isPublishedOnly }: ResourceDocumentation, noun: string) => ({
  get: {
    tags: [collection],
    operationId: `get${type}Status`,
    summary: isPublishedOnly ? 'Read the status' : 'Read the status of the replicas',
    description: isPublishedOnly ? 'Says whether the last change is published.' : 'Reports on the deployment and on each replica, as the worker last saw them.',
    responses: responses({
      200: { description: 'The status that the worker last saw.', ...json(ref(`${type}Status`)) },
      404: notFoundResponse(noun),
      503: unavailable,
    }),
  },
});

const logsOperation = ({ type, collection }: ResourceDocumentation, noun: string) => ({
  get: {
    tags: [collection],
    operationId: `get${type}Logs`,
    summary: 'Read the log of a replica',
    description: 'Answers with the last lines of the log and, with `follow`, with the lines that the replica writes from then on.',
    parameters: queryParameters(LogQuery),
    responses: responses({
      200: {
        description: 'Lines of the log, or a sentence while it is empty.',
        content: { 'text/plain': { schema: { type: 'string' } } },
      },
      400: problem('A parameter is not valid.'),
      404: notFoundResponse(noun),
      503: unavailable,
    }),
  },
});

const redisUnavailable = problem('The database or Redis cannot be reached; try again after Retry-After.');

const sessionPaths = {
  '/adapters/{name}/sessions': {
    parameters: [name],
    get: {
      tags: ['sessions'],
      operationId: 'listSessions',
      summary: 'List open sessions',
      description: 'Lists your open sessions on an adapter; all of them when you may change the adapter.',
      parameters: page,
      responses: responses({
        200: { description: 'One page, by id.', headers: link, ...json({ type: 'array', items: ref('SessionResource') }) },
        400: problem('A parameter is not valid.'),
        404: notFoundResponse('adapter'),
        503: redisUnavailable,
      }),
    },
  },
  '/adapters/{name}/sessions/{id}': {
    parameters: [name, sessionId],
    delete: {
      tags: ['sessions'],
      operationId: 'endSession',
      summary: 'End a session',
      description: 'Ends a session. Its client gets 404 from then on, and the gateway tells the server.',
      responses: responses({
        204: { description: 'The session has ended.' },
        404: problem('The adapter or the session does not exist, or you may not see it.'),
        503: redisUnavailable,
      }),
    },
  },
};

const permissionPaths = {
  '/permissions/explain': {
    get: {
      tags: ['permissions'],
      operationId: 'explainPermission',
      summary: 'Say which rule decides',
      description: 'Says whether a caller may read or change a resource, which rule decides, and what the policies say about a message. Callers ask about themselves and their API keys, `mcp.admin` about all.',
      parameters: queryParameters(ExplainQuery).map((parameter) => ({ ...parameter, required: parameter.name === 'resource' })),
      responses: responses({
        200: { description: 'The decision.', ...json(ref('PermissionExplanation')) },
        400: problem('A parameter is not valid.'),
        403: forbiddenResponse('Only `mcp.admin` may ask about other callers or roles.'),
        404: problem('The resource or the API key does not exist, or you may not read it.'),
        503: unavailable,
      }),
    },
  },
};

const adminsOnly = forbiddenResponse('You administer neither everything nor a tenant.');
const auditPaths = {
  '/audit': {
    get: {
      tags: ['audit'],
      operationId: 'listAuditRecords',
      summary: 'Read the audit',
      description:
        'Lists who did what, newest first. `mcp.admin` gets all records, and administrators of tenants those of their tenants.',
      parameters: queryParameters(AuditQuery),
      responses: responses({
        200: { description: 'One page.', headers: link, ...json({ type: 'array', items: ref('AuditEntry') }) },
        400: problem('A parameter is not valid.'),
        403: adminsOnly,
        503: unavailable,
      }),
    },
  },
  '/audit/export': {
    get: {
      tags: ['audit'],
      operationId: 'exportAuditRecords',
      summary: 'Export the audit',
      description: 'Answers with all records that the filters admit, oldest first, as a stream of lines. Administrators of tenants get the records of their tenants.',
      parameters: queryParameters(ExportQuery),
      responses: responses({
        200: {
          description: 'One AuditEntry as JSON in each line.',
          content: { 'application/x-ndjson': { schema: { type: 'string' } } },
        },
        400: problem('A parameter is not valid.'),
        403: adminsOnly,
        503: unavailable,
      }),
    },
  },
};

const eventPaths = {
  '/events': {
    get: {
      tags: ['events'],
      operationId: 'streamEvents',
      summary: 'Follow changes',
      description:
        'Streams what changes of the resources, tenants and quotas that you may read, as server-sent events. The field `event` is the type and ' +
        '`data` a ChangeEvent. `start` and `reset` come first where earlier changes are not sent: list what you need after them. The stream ends ' +
        'with your sign-in.',
      parameters: [...queryParameters(EventQuery), header('Last-Event-ID', 'Id of the last event that you have. It comes before `since`.')],
      responses: responses({
        200: { description: 'Events until the client leaves.', content: { 'text/event-stream': { schema: { type: 'string', contentMediaType: 'text/event-stream', contentSchema: ref('ChangeEvent') } } } },
        400: problem('A parameter is not valid.'),
        429: problem('You have 20 streams open at this control plane, the maximum.'),
        503: unavailable,
      }),
    },
  },
};

/** The paths that the control plane serves. The data plane serves the MCP paths. */
export const managementPaths = { ...resourcePaths(adapterDocumentation), ...sessionPaths, ...resourcePaths(toolDocumentation), ...definitionPaths, ...resourcePaths(toolsetDocumentation), ...registryPaths, ...eventPaths, ...tenantPaths, ...apiKeyPaths, ...auditPaths, ...permissionPaths };
