import { LogQuery } from '../resources/logs.js';
import { forbidden, header, json, link, name, notFound, page, problem, queryParameters, ref, responses } from './parts.js';

const etag = {
  ETag: { description: 'Names this generation; send it as If-Match.', schema: { type: 'string' } },
};
const location = { Location: { description: 'URL of the adapter.', schema: { type: 'string' } } };
const ifMatch = header('If-Match', 'ETag of the generation that you read. The change is made to that one only.');

const notYours = forbidden('You may read the adapter, but not change it, or not with `useWorkloadIdentity`.');
const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const notWritten = problem(
  'The database cannot be reached, or other callers keep changing the adapter; try again after Retry-After.',
);
const changed = problem('The adapter has changed since you read it, as If-Match or the `id` or `generation` in the body say.');
const refusedBody = {
  400: problem('The body is not a valid spec; `errors` names each bad field.'),
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not application/json.'),
};
const MINIMAL = { name: 'everything', imageName: 'everything', imageVersion: 'latest', replicaCount: 2 };
const body = (examples: Record<string, { summary: string; value: object }>) => ({
  required: true,
  description: 'The spec. Fields that are left out, or null, have their defaults; names of fields are read in any case.',
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
        'Registers an MCP server and deploys it. What GET answered for another adapter may be posted as it is: the ' +
        'gateway ignores the fields that it sets itself.',
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
          description: 'The adapter is registered; /status tells how the deployment goes.',
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
      description: 'Answers with the spec and what the gateway says of it. PUT takes it back with changes in it.',
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
        'Replaces the spec and rolls it out. Fields that are left out go back to their defaults. An `id` or a ' +
        '`generation` in the body that is not the current one is answered 412, as a stale If-Match is.',
      parameters: [ifMatch],
      requestBody: body({
        scaled: { summary: 'Another version, with three replicas', value: { ...MINIMAL, imageVersion: '2.0.0', replicaCount: 3 } },
      }),
      responses: responses({
        200: { description: 'The spec is replaced; /status tells how the rollout goes.', headers: etag, ...json(ref('AdapterResource')) },
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
      description: 'Removes the adapter and what runs for it. The name is free at once.',
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
      summary: 'See how the replicas are',
      description: 'Tells how the deployment goes and what is the matter with each replica, as last seen.',
      responses: responses({
        200: { description: 'What was last seen.', ...json(ref('AdapterStatus')) },
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
      summary: 'Read what a replica wrote',
      description: 'Answers with the last lines that a replica wrote, and with `follow` with those that it writes from then on.',
      parameters: queryParameters(LogQuery),
      responses: responses({
        200: {
          description: 'Lines, or a sentence while there are none.',
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
        400: problem('A parameter is not valid.'),
        404: notFound,
        503: unavailable,
      }),
    },
  },
};
