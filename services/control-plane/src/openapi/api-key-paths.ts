import { forbiddenResponse, json, link, page, pathParameter, problem, ref, responses } from './parts.js';

const unavailable = problem('The database cannot be reached; try again after Retry-After.');
const refusedBody = {
  400: problem('The body is not valid; `errors` names each bad field.'),
  413: problem('The body is larger than 1 MiB.'),
  415: problem('The body is not application/json.'),
};
const noSuchKey = problem('The key does not exist, or it is not yours.');
const apiKeyId = pathParameter('id', 'Id of the key: the part of a key between its first two underscores.', {});

/** The paths of `api-keys/routes.ts`. */
export const apiKeyPaths = {
  '/api-keys': {
    get: {
      tags: ['api-keys'],
      operationId: 'listApiKeys',
      summary: 'List API keys',
      description: 'Lists your API keys, ordered by id; those of all callers when you are mcp.admin. An API key sees itself only.',
      parameters: page,
      responses: responses({
        200: { description: 'One page.', headers: link, ...json({ type: 'array', items: ref('ApiKeyResource') }) },
        400: problem('A parameter is not valid.'),
        503: unavailable,
      }),
    },
    post: {
      tags: ['api-keys'],
      operationId: 'createApiKey',
      summary: 'Create an API key',
      description: 'Creates an API key that acts as you, with the roles and on the resources that you name. No other answer has the key itself.',
      requestBody: {
        required: true,
        description: 'What the key is for, and what it may. Names of fields may have any case.',
        content: {
          'application/json': {
            schema: ref('ApiKeyBody'),
            examples: {
              scoped: {
                summary: 'A key for one adapter',
                value: { name: 'nightly report', roles: ['search.users'], resources: [{ kind: 'adapter', name: 'search' }] },
              },
            },
          },
        },
      },
      responses: responses({
        201: {
          description: 'The key. Store it now.',
          headers: { Location: { description: 'URL of the key, without its secret.', schema: { type: 'string' } } },
          ...json(ref('ApiKeyCreated')),
        },
        ...refusedBody,
        403: forbiddenResponse('You do not have one of the roles yourself, or you have signed in with an API key.'),
        409: problem('You have as many API keys as you may have.'),
        503: unavailable,
      }),
    },
  },
  '/api-keys/{id}': {
    parameters: [apiKeyId],
    get: {
      tags: ['api-keys'],
      operationId: 'getApiKey',
      summary: 'Read an API key',
      description: 'Answers with what the key may and when it ends, without its secret.',
      responses: responses({ 200: { description: 'The key.', ...json(ref('ApiKeyResource')) }, 404: noSuchKey, 503: unavailable }),
    },
    delete: {
      tags: ['api-keys'],
      operationId: 'revokeApiKey',
      summary: 'Revoke an API key',
      description: 'Revokes the key for good. Its requests are refused, and its open streams end, within a second.',
      responses: responses({
        202: {
          description: 'The key is revoked. Data planes that know it accept it until they reach Redis again, for an hour at most.',
        },
        204: { description: 'The key is revoked.' },
        404: noSuchKey,
        503: unavailable,
      }),
    },
  },
};
