import { json, name, notFound, problem, query, ref } from './parts.js';

const id = { name: 'id', in: 'path', required: true, description: 'As listed.', schema: { type: 'string', format: 'uuid' } };
const unavailable = problem('The database or Redis cannot be reached; try again after Retry-After.');

export const sessionPaths = {
  '/adapters/{name}/sessions': {
    parameters: [name],
    get: {
      tags: ['sessions'],
      operationId: 'listSessions',
      summary: 'List your open sessions on an adapter; all of them when you may change it',
      parameters: [
        query('limit', 'How many at most.', { type: 'integer', minimum: 1, maximum: 1000, default: 1000 }),
        query('cursor', 'Where the page begins; from the Link header of the page before.', { type: 'string' }),
      ],
      responses: {
        200: {
          description: 'One page, by id.',
          headers: { Link: { description: 'rel="next" when there is more (RFC 8288).', schema: { type: 'string' } } },
          ...json({ type: 'array', items: ref('SessionResource') }),
        },
        400: problem('A parameter is not valid.'),
        404: notFound,
        503: unavailable,
      },
    },
  },
  '/adapters/{name}/sessions/{id}': {
    parameters: [name, id],
    delete: {
      tags: ['sessions'],
      operationId: 'endSession',
      summary: 'End a session; its client is answered 404 from then on, and its server is told',
      responses: {
        204: { description: 'It has ended.' },
        404: problem('No such adapter or session, or not one that you may see.'),
        503: unavailable,
      },
    },
  },
};
