import { LogQuery } from '../resources/logs.js';
import { forbidden, header, json, link, name, notFound, page, problem, queryParameters, ref, responses } from './parts.js';

const etag = {
  ETag: { description: 'Names this generation; send it as If-Match.', schema: { type: 'string' } },
};
const location = { Location: { description: 'URL of the adapter.', schema: { type: 'string' } } };
const ifMatch = header('If-Match', 'ETag of the generation that you read. The gateway changes no other generation.');

const notYours = forbidden('You may read the adapter but not change it, or you may not use `useWorkloadIdentity`.');
const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const notWritten = problem(
  'The database cannot be reached, or other callers keep changing the adapter; try again after Retry-After.',
);
const changed = problem('The adapter has changed since you read it: If-Match, or the `id` or `generation` in the body, is not current.');
const refusedBody = {
  400: problem('The body is not a valid spec; `errors` names each bad field.'),
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not application/json.'),
};
const MINIMAL = { name: 'everything', imageName: 'everything', imageVersion: 'latest', replicaCount: 2 };
const body = (examples: Record<string, { summary: string; value: object }>) => ({
  required: true,
  description: 'The spec. Fields that are absent or null get their defaults. Names of fields may have any case.',
  content: { 'application/json': { schema: ref('AdapterBody'), examples } },
});

export const adapterPaths = {
  '/adapters': {
    get: {
      tags: ['adapters'],
      operationId: 'listAdapters',
      summary: 'List adapters',
      description: 'Lists the adapters that you may read, ordered by name.',
      parameters: page,
      responses: responses({
        200: { description: 'One page.', headers: link, ...json({ type: 'array', items: ref('AdapterResource') }) },
        400: problem('A parameter is not valid.'),
        503: unavailable,
      }),
    },
    post: {
      tags: ['adapters'],
      operationId: 'createAdapter',
      summary: 'Register an MCP server',
      description:
        'Registers an MCP server and deploys it. The answer of GET for another adapter is a valid body: the gateway ' +
        'ignores the fields that it sets itself.',
      requestBody: body({
        minimal: { summary: 'Two replicas of a server', value: MINIMAL },
        pinned: {
          summary: 'An image by its digest, for holders of a role',
          value: {
            name: 'search',
            imageName: 'team/search',
            imageVersion: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
            environmentVariables: { INDEX_URL: 'https://index.example.com' },
            secretEnvironment: { API_KEY: { secret: 'mcp-search', key: 'api-key' } },
            requiredRoles: ['search.users'],
          },
        },
      }),
      responses: responses({
        201: {
          description: 'The adapter is registered. /status reports on the deployment.',
          headers: { ...etag, ...location },
          ...json(ref('AdapterResource')),
        },
        ...refusedBody,
        403: forbidden('You may not use `useWorkloadIdentity`.'),
        409: problem('The name is taken.'),
        503: unavailable,
      }),
    },
  },
  '/adapters/{name}': {
    parameters: [name],
    get: {
      tags: ['adapters'],
      operationId: 'getAdapter',
      summary: 'Read an adapter',
      description: 'Answers with the spec and the fields that the gateway sets. The answer, with changes in it, is a valid body of PUT.',
      responses: responses({
        200: { description: 'The adapter.', headers: etag, ...json(ref('AdapterResource')) },
        404: notFound,
        503: unavailable,
      }),
    },
    put: {
      tags: ['adapters'],
      operationId: 'replaceAdapter',
      summary: 'Replace the spec',
      description:
        'Replaces the spec and rolls it out. Absent fields get their defaults. The gateway answers 412 when an `id` or a ' +
        '`generation` in the body is not the current one, as for a stale If-Match.',
      parameters: [ifMatch],
      requestBody: body({
        scaled: { summary: 'Another version, with three replicas', value: { ...MINIMAL, imageVersion: '2.0.0', replicaCount: 3 } },
      }),
      responses: responses({
        200: { description: 'The spec is replaced. /status reports on the rollout.', headers: etag, ...json(ref('AdapterResource')) },
        ...refusedBody,
        403: notYours,
        404: notFound,
        412: changed,
        503: notWritten,
      }),
    },
    delete: {
      tags: ['adapters'],
      operationId: 'deleteAdapter',
      summary: 'Remove an adapter',
      description: 'Removes the adapter and its replicas. The name is free at once.',
      parameters: [ifMatch],
      responses: responses({
        204: { description: 'The adapter is removed.' },
        403: notYours,
        404: notFound,
        412: changed,
        503: notWritten,
      }),
    },
  },
  '/adapters/{name}/status': {
    parameters: [name],
    get: {
      tags: ['adapters'],
      operationId: 'getAdapterStatus',
      summary: 'Read the status of the replicas',
      description: 'Reports on the deployment and on each replica, as the worker last saw them.',
      responses: responses({
        200: { description: 'The status that the worker last saw.', ...json(ref('AdapterStatus')) },
        404: notFound,
        503: unavailable,
      }),
    },
  },
  '/adapters/{name}/logs': {
    parameters: [name],
    get: {
      tags: ['adapters'],
      operationId: 'getAdapterLogs',
      summary: 'Read the log of a replica',
      description: 'Answers with the last lines of the log and, with `follow`, with the lines that the replica writes from then on.',
      parameters: queryParameters(LogQuery),
      responses: responses({
        200: {
          description: 'Lines of the log, or a sentence while it is empty.',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        400: problem('A parameter is not valid.'),
        404: notFound,
        503: unavailable,
      }),
    },
  },
};
