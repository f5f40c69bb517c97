import { z } from 'zod';
import { fieldsAt } from '../contracts/fields.js';
import { GatewayError } from './gateway-error.js';
import { closestMatch } from './closest-match.js';

/** RFC 9457 problem details. `code` is for programs; `errors` names each bad field (RFC 6901 pointer) or query parameter. */
export const Problem = z
  .object({
    type: z.string().meta({ description: 'URL of the page that explains this kind of problem.' }),
    title: z.string().meta({ description: 'The kind of problem, for people.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    code: z.string().meta({ description: 'The kind of problem, for programs, such as `ADAPTER_NOT_FOUND`.' }),
    detail: z.string().optional().meta({ description: 'What is wrong with this request, and what to do.' }),
    errors: z
      .array(
        z.object({
          pointer: z
            .string()
            .optional()
            .meta({ description: 'Place in the body: an RFC 6901 pointer such as `#/replicaCount`.' }),
          parameter: z.string().optional().meta({ description: 'Name of the query parameter.' }),
          detail: z.string().meta({ description: 'What is wrong there and what is valid.' }),
        }),
      )
      .optional()
      .meta({ description: 'Each bad field of the body or query parameter; at most 50.' }),
    requestId: z
      .string()
      .optional()
      .meta({ description: 'The id of the request, as in `X-Request-Id` and in the logs.' }),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/**
 * RFC 9457 §3: the body of an error answer on the REST API. Its `type` is the place on the page of errors that explains the code.
 * @param base where clients see the root of the gateway, such as `https://tools.example.com/gateway`; without it the URL is relative
 * @param requestId as in `X-Request-Id`
 */
export function problemOf(
  error: GatewayError,
  { base = '', requestId }: { base?: string | undefined; requestId?: string | undefined } = {},
): Problem {
  return {
    type: `${base}/errors#${error.code}`,
    title: error.title,
    status: error.status,
    code: error.code,
    ...(error.detail !== undefined && { detail: error.detail }),
    ...(error.errors && { errors: error.errors }),
    ...(requestId !== undefined && { requestId }),
  };
}

/** The answer stays small, however many faults the request has. */
const MAX_ERRORS = 50;
const MAX_IN_DETAIL = 5;
/** The longest name that can be valid. */
const MAX_NAME_CHARS = 256;

export interface Parsed {
  within?: 'body' | 'query';
  /** The schema of the input. The error about an unknown field names the known field that was probably meant. */
  schema?: z.ZodType;
}

/** The faults of a value that fails its schema. `errors` has the first 50, `detail` the first five and the number of the others. */
export function invalidRequest(error: z.ZodError, { within = 'body', schema }: Parsed = {}): GatewayError {
  const found = error.issues.flatMap((issue) => findings(issue, within));
  for (const finding of schema ? found.slice(0, MAX_ERRORS) : []) suggest(finding, schema as z.ZodType, within);
  const place = ({ path }: Finding) => (within === 'body' ? pointer(path) : inParameter(path));
  const more = found.length - MAX_IN_DETAIL;
  return new GatewayError('INVALID_REQUEST', {
    detail: [
      ...found.slice(0, MAX_IN_DETAIL).map((finding) => `${place(finding)} ${finding.detail}`),
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join('; '),
    errors: found.slice(0, MAX_ERRORS).map((finding) => ({
      ...(within === 'body' ? { pointer: place(finding) } : { parameter: place(finding) }),
      detail: finding.detail,
    })),
    cause: error,
  });
}

interface Finding {
  path: readonly PropertyKey[];
  detail: string;
  isUnknown?: boolean;
}

function suggest(finding: Finding, schema: z.ZodType, within: 'body' | 'query'): void {
  if (!finding.isUnknown) return;
  const given = String(finding.path.at(-1));
  const known = Object.keys(fieldsAt(schema, finding.path.slice(0, -1)));
  const name = closestMatch(given, known);
  if (name === given) finding.detail += ' of this type';
  else if (name !== undefined) finding.detail += `; did you mean "${name}"?`;
  else if (within === 'query' && known.length > 0) finding.detail += `; known are ${known.join(', ')}`;
}

function findings(issue: z.core.$ZodIssue, within: 'body' | 'query'): Finding[] {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        detail: `is not a known ${within === 'body' ? 'field' : 'parameter'}`,
        isUnknown: true,
      }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, detail: message }));
    case 'invalid_type':
      return [{ path, detail: typeDetail(issue) }];
    case 'invalid_value':
      return [{ path, detail: `must be one of ${issue.values.join(', ')}` }];
    default:
      return [{ path, detail: issue.message }];
  }
}

function typeDetail(issue: z.core.$ZodIssueInvalidType): string {
  if (!issue.message.startsWith('Invalid input')) return issue.message;
  // zod keeps the input out of its issues, because it may be a secret. Only the message tells a missing field from a wrong one.
  return issue.message.endsWith('received undefined') ? 'is required' : `must be ${typeName(issue.expected)}`;
}

/** The name of a type in JSON, which is not always the one in zod. */
function typeName(expected: string): string {
  if (expected === 'record') return 'an object';
  if (expected === 'int') return 'a whole number';
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

/** The place in a query. What the schema numbers is one text with commas. */
function inParameter(path: readonly PropertyKey[]): string {
  return path
    .filter((part) => typeof part !== 'number')
    .map(shortened)
    .join('.');
}

function pointer(path: readonly PropertyKey[]): string {
  return '#' + path.map((part) => `/${shortened(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function shortened(name: PropertyKey): string {
  const text = String(name);
  return text.length > MAX_NAME_CHARS ? `${text.slice(0, MAX_NAME_CHARS)}…`.toWellFormed() : text;
}
