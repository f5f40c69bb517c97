import { type ImportPlan, joined, listOf, objectOf, resource, textOf } from './plan.js';

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 32 * 1_048_576;

/** The fields of their adapters and tools, which ours have too. All others are theirs alone, such as `id` and `createdBy`. */
const FIELDS = [
  'name',
  'imageName',
  'imageVersion',
  'environmentVariables',
  'replicaCount',
  'description',
  'useWorkloadIdentity',
  'requiredRoles',
  'toolDefinition',
];

/**
 * The adapters and tools of a Microsoft MCP gateway, from its API. Their API answers with environment variables whole, and
 * they become ours as they are: both gateways show them to the same callers.
 * @param authorization the header for that gateway; without one, its development sign-in
 * @throws Error when it does not answer
 */
export async function importMicrosoft(
  gateway: string,
  fetch: typeof globalThis.fetch,
  authorization?: string,
): Promise<ImportPlan> {
  const [adapters, tools] = await Promise.all(
    ['adapters', 'tools'].map((path) => listed(`${gateway.replace(/\/+$/, '')}/${path}`, fetch, authorization)),
  );
  return joined([
    ...(adapters ?? []).map((each) => microsoftResource('adapter', objectOf(each))),
    ...(tools ?? []).map((each) => microsoftResource('tool', objectOf(each))),
  ]);
}

/** Names of fields are in any case there. */
function microsoftResource(kind: 'adapter' | 'tool', given: Record<string, unknown>): ImportPlan {
  const byName = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  const taken = FIELDS.map((name) => [name, byName.get(name.toLowerCase())] as const).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const spec = Object.fromEntries(taken) as Record<string, unknown>;
  const creator = textOf(byName.get('createdby'));
  const name = textOf(spec['name']) ?? '';
  return resource(kind, `${kind} ${name}`, { ...spec, name }, [
    creator ? `belongs to you from here on; there, to ${creator}` : undefined,
  ]);
}

async function listed(url: string, fetch: typeof globalThis.fetch, authorization?: string): Promise<unknown[]> {
  const headers = { accept: 'application/json', ...(authorization && { authorization }) };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  // A gateway before tools has no /tools.
  if (response.status === 404 && url.endsWith('/tools')) return [];
  if (response.status === 401 || response.status === 403)
    throw new Error(`${url} wants another sign-in; set --source-token-env`);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const text = await response.text();
  if (text.length > MAX_BYTES) throw new Error(`${url} answered more than ${MAX_BYTES} bytes`);
  return listOf(JSON.parse(text));
}
