import type { GatewayError } from '@mcp-gateway/common/errors';

/** What a management request asks for, in the words of the audit. */
export interface ManagementAction {
  action: string;
  resource: { kind: string; name: string } | undefined;
  /** Whether it changes something, or reads the audit. */
  isAudited: boolean;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
  GET: 'read',
  HEAD: 'read',
};
const READS = new Set(['GET', 'HEAD']);
const REFUSED = new Set([401, 403, 404, 429]);
/** Other names are left out: a client may put any text into a URL. */
const NAME = /^[\w.:@-]{1,128}$/;

/**
 * The action of a request to a path of the API: `DELETE /adapters/{name}/sessions/{id}` is `adapter.session.delete`.
 * Undefined for paths that the API does not have. All words come from the patterns and none from the client.
 * @param patterns paths of the API, such as `/adapters/{name}`
 */
export function managementAction(
  patterns: readonly string[],
  method: string,
  path: string,
): ManagementAction | undefined {
  const segments = path
    .replace(/(?<=.)\/$/, '')
    .split('/')
    .slice(1);
  const pattern = patterns.find((each) => fits(each.split('/').slice(1), segments));
  const verb = VERBS[method];
  if (pattern === undefined || verb === undefined) return undefined;
  const isCollection = (collection: string) => patterns.some((each) => each.startsWith(`${collection}/{`));
  const parts = pattern.split('/').slice(1);
  const nouns = parts.flatMap((part, at) => {
    if (part.startsWith('{')) return [];
    return isCollection(`/${parts.slice(0, at + 1).join('/')}`) ? [part.replace(/s$/, '')] : [part];
  });
  const isStep = method === 'POST' && !isCollection(pattern); // such as POST /api-keys/{id}/rotate
  const [kind = '', name = ''] = [nouns[0], segments[1]];
  const isExport = pattern === '/audit/export';
  return {
    action: isStep || isExport ? nouns.join('.') : [...nouns, verb].join('.'),
    resource: parts[1]?.startsWith('{') && NAME.test(name) ? { kind, name } : undefined,
    isAudited: !READS.has(method) || parts[0] === 'audit',
  };
}

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length && pattern.every((part, at) => part === segments[at] || part.startsWith('{'));

/** The action to record; undefined when nothing is. Refusals are recorded also of requests that only read. */
export function auditedAction(
  found: ManagementAction | undefined,
  refusal: Pick<GatewayError, 'code' | 'status'> | undefined,
): string | undefined {
  if (!found) return undefined;
  if (refusal?.code === 'SIGN_IN_REQUIRED') return 'sign-in.failure';
  return found.isAudited || (refusal && REFUSED.has(refusal.status)) ? found.action : undefined;
}
