import { forbiddenResponse, json, pathParameter, problem, ref, responses } from './parts.js';

const parameters = [pathParameter('name', 'Name of the tool.', {})];
const notFound = problem('The tool does not exist, or you may not read it.');
const example = { definitions: [{ kind: 'tool', name: 'find', hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' }] };

/** The paths of the definition lock. */
export const definitionPaths = {
  '/tools/{name}/definition-changes': {
    parameters,
    get: {
      tags: ['tools'],
      operationId: 'listDefinitionChanges',
      summary: 'Read what waits for approval',
      description:
        'Lists what the source of the tool defines, and each tool and prompt whose definition differs from the one that is ' +
        'approved. Only sources with `approval: required` hold anything back.',
      responses: responses({
        200: { description: 'The definitions and their changes.', ...json(ref('DefinitionChanges')) },
        404: notFound,
        503: problem('The database cannot be reached; try again after Retry-After.'),
      }),
    },
  },
  '/tools/{name}/definition-changes/approve': {
    parameters,
    post: {
      tags: ['tools'],
      operationId: 'approveDefinitions',
      summary: 'Approve definitions',
      description:
        'Approves the definitions that the body names, all or none. Each has the hash that you have read: a definition that has ' +
        'changed again is not approved. Tool routers serve them within seconds.',
      requestBody: {
        required: true,
        description: '`kind`, `name` and `hash` of the changes that you agree to.',
        content: {
          'application/json': { schema: ref('ApprovalBody'), examples: { one: { summary: 'One tool', value: example } } },
        },
      },
      responses: responses({
        200: { description: 'They are approved. The answer has the changes that remain.', ...json(ref('DefinitionChanges')) },
        400: problem('The body is not valid, the tool needs no approval, or a definition is too large to be approved.'),
        403: forbiddenResponse('You may read the tool but not change it.'),
        404: notFound,
        412: problem('A definition has changed since you read it. Nothing is approved.'),
        413: problem('The body is larger than 1 MiB.'),
        415: problem('The body is not application/json.'),
        503: problem('The database cannot be reached, or other callers keep changing the tool; try again after Retry-After.'),
      }),
    },
  },
};
