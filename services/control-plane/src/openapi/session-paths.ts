import { json, link, name, notFound, page, problem, ref, responses, sessionId } from './parts.js';

const unavailable = problem('The database or Redis cannot be reached; try again after Retry-After.');

export const sessionPaths = {
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
        404: notFound,
        503: unavailable,
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
        503: unavailable,
      }),
    },
  },
};
