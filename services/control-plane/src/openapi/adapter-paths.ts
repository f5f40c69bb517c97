import { json, name, notFound, problem, query, ref } from './parts.js';

const etag = { ETag: { description: 'Names this generation; send it as If-Match.', schema: { type: 'string' } } };
const ifMatch = { name: 'If-Match', in: 'header', description: 'ETag of the generation that you read.', schema: { type: 'string' } };

const forbidden = problem('You may read it, but not change it.');
const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const refusedBody = {
  400: problem('The body is not a valid spec; `errors` names each bad field.'),
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not application/json.'),
};

export const adapterPaths = {
  '/adapters': {
    get: {
      tags: ['adapters'],
      operationId: 'listAdapters',
      summary: 'List the adapters that you may read, by name',
      parameters: [
        query('limit', 'How many at most.', { type: 'integer', minimum: 1, maximum: 1000, default: 1000 }),
        query('cursor', 'Where the page begins; from the Link header of the page before.', { type: 'string' }),
      ],
      responses: {
        200: {
          description: 'One page.',
          headers: { Link: { description: 'rel="next" when there is more (RFC 8288).', schema: { type: 'string' } } },
          ...json({ type: 'array', items: ref('AdapterResource') }),
        },
        400: problem('A parameter is not valid.'),
        503: unavailable,
      },
    },
    post: {
      tags: ['adapters'],
      operationId: 'createAdapter',
      summary: 'Register an MCP server and deploy it',
      requestBody: { required: true, ...json(ref('AdapterSpec')) },
      responses: {
        201: {
          description: 'Accepted; /status tells how the deployment goes.',
          headers: { ...etag, Location: { schema: { type: 'string' } } },
          ...json(ref('AdapterResource')),
        },
        ...refusedBody,
        409: problem('The name is taken.'),
        503: unavailable,
      },
    },
  },
  '/adapters/{name}': {
    parameters: [name],
    get: {
      tags: ['adapters'],
      operationId: 'getAdapter',
      summary: 'Read an adapter',
      responses: { 200: { description: 'The adapter.', headers: etag, ...json(ref('AdapterResource')) }, 404: notFound, 503: unavailable },
    },
    put: {
      tags: ['adapters'],
      operationId: 'replaceAdapter',
      summary: 'Replace the spec and roll it out',
      parameters: [ifMatch],
      requestBody: { required: true, ...json(ref('AdapterSpec')) },
      responses: {
        200: { description: 'Accepted.', headers: etag, ...json(ref('AdapterResource')) },
        ...refusedBody,
        403: forbidden,
        404: notFound,
        412: problem('It changed since you read it.'),
        503: unavailable,
      },
    },
    delete: {
      tags: ['adapters'],
      operationId: 'deleteAdapter',
      summary: 'Remove an adapter and what runs for it',
      parameters: [ifMatch],
      responses: { 204: { description: 'Accepted.' }, 403: forbidden, 404: notFound, 412: problem('It changed since you read it.'), 503: unavailable },
    },
  },
  '/adapters/{name}/status': {
    parameters: [name],
    get: {
      tags: ['adapters'],
      operationId: 'getAdapterStatus',
      summary: 'See how the deployment and each replica are',
      responses: { 200: { description: 'What was last seen.', ...json(ref('AdapterStatus')) }, 404: notFound, 503: unavailable },
    },
  },
  '/adapters/{name}/logs': {
    parameters: [name],
    get: {
      tags: ['adapters'],
      operationId: 'getAdapterLogs',
      summary: 'Read what a replica wrote',
      parameters: [
        query('instance', 'Ordinal of the replica.', { type: 'integer', minimum: 0, maximum: 63, default: 0 }),
        query('tail', 'How many of the last lines.', { type: 'integer', minimum: 0, maximum: 10000, default: 1000 }),
        query('follow', 'Go on with what is written from now on.', { type: 'boolean', default: false }),
        query('previous', 'Of the process before the one that runs. Kubernetes only.', { type: 'boolean', default: false }),
        query('since', 'Not what was written longer ago, such as 30s, 10m or 2h. Kubernetes only.', {
          type: 'string',
          pattern: '^[1-9][0-9]{0,5}[smh]$',
        }),
        query('raw', 'The bytes as they were written. Otherwise what a terminal would act on is escaped, as in \\u001b.', {
          type: 'boolean',
          default: false,
        }),
      ],
      responses: {
        200: { description: 'Lines, or a sentence while there are none.', content: { 'text/plain': { schema: { type: 'string' } } } },
        400: problem('A parameter is not valid.'),
        404: notFound,
        503: unavailable,
      },
    },
  },
};
