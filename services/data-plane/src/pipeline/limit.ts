import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Admission, QuotaRefusal, Quotas, Scope, TenantQuota } from '@mcp-gateway/quotas';
import { type Message, messagesOf } from '@mcp-gateway/protocol';
import type { McpRequest } from '../request/context.js';
import { calledTools, messageOf } from '../request/message.js';

export interface QuotaPart {
  quotas: Pick<Quotas, 'of'>;
  /** Told of each decision about a tenant with limits. */
  decided?: ((tenant: string, outcome: 'admitted' | Scope) => void) | undefined;
}

/**
 * Counts the request against the quota of the caller's tenant. Each JSON-RPC request counts, `initialize` and `tools/call` alike, but
 * not `ping`; notifications and answers of the client do not, nor does DELETE. GET counts as a stream. A message that cannot be read,
 * because it is longer than `MAX_BUFFERED_BYTES` or not JSON-RPC, counts as one request of a tool without a name.
 * @throws GatewayError QUOTA_EXCEEDED; UNAVAILABLE without Redis when the operator wants that; TOO_LARGE
 */
export function limitByQuota(part: QuotaPart, request: McpRequest): void | Promise<void> {
  const { principal, req } = request;
  const quota = part.quotas.of(principal.tenant);
  if (!quota || req.method === 'DELETE') return undefined;
  if (req.method === 'GET') return admitted(part, request, quota, quota.admitStream());
  if (!quota.countsMessages) return undefined;
  const message = messageOf(request);
  if (message instanceof Promise) return message.then((read) => limitMessage(part, request, quota, read));
  return limitMessage(part, request, quota, message);
}

function limitMessage(
  part: QuotaPart,
  request: McpRequest,
  quota: TenantQuota,
  message: Message,
): void | Promise<void> {
  const messages = messagesOf(message);
  const requests = countedRequests(messages);
  if (requests === 0) return undefined;
  const { principal, route } = request;
  const tools = message.kind === 'unreadable' ? [''] : calledTools(message, route.search);
  const call = { requests, caller: principal.subject, adapter: countedAs(route), tools };
  return admitted(part, request, quota, quota.admit(call), messages);
}

/**
 * All toolsets and `/mcp` count as one: callers make toolsets themselves, and each would be a quota of its own. Names of
 * resources contain no colon, so no adapter shares their limit.
 */
const countedAs = ({ kind, name }: ResourceRef): string => (kind === 'adapter' ? name : `${kind}:`);

/** How many requests the messages count as. */
function countedRequests(messages: readonly Message[]): number {
  let count = 0;
  for (const each of messages) {
    if (each.kind === 'unreadable' || (each.kind === 'request' && each.method !== 'ping')) count += 1;
  }
  return count;
}

function admitted(
  part: QuotaPart,
  request: McpRequest,
  quota: TenantQuota,
  admission: Admission | Promise<Admission>,
  messages: readonly Message[] = [],
): void | Promise<void> {
  if (admission instanceof Promise) return admission.then((each) => act(part, request, quota, each, messages));
  return act(part, request, quota, admission, messages);
}

function act(
  { decided }: QuotaPart,
  request: McpRequest,
  { tenant }: TenantQuota,
  { refusal, headers, release }: Admission,
  messages: readonly Message[],
): void {
  if (release) request.defer(release);
  if (headers.length > 0) request.addToHead(headers);
  decided?.(tenant, refusal?.scope ?? 'admitted');
  if (!refusal) return;
  const initializes = messages.some((each) => each.kind === 'request' && each.method === 'initialize');
  throw refusalError(tenant, refusal, initializes, request.route.kind);
}

/** The error that clients show to people. */
function refusalError(
  tenant: string,
  refusal: QuotaRefusal,
  initializes: boolean,
  kind: ResourceRef['kind'],
): GatewayError {
  const { what, limit, retryAfterSeconds, isWithoutRedis } = refusal;
  const headers = { 'retry-after': String(retryAfterSeconds) };
  if (isWithoutRedis) {
    const detail = 'Redis does not answer, so the quota cannot be counted now';
    return new GatewayError('UNAVAILABLE', { detail, headers });
  }
  const count = `${limit} ${limit === 1 ? 'request' : 'requests'}`;
  const used = {
    concurrentRequests: `has ${count} under way, the maximum`,
    streams: `has ${limit} open ${limit === 1 ? 'stream' : 'streams'}, the maximum`,
  };
  const how = what in used ? used[what as keyof typeof used] : `has used its ${count} of this ${what}`;
  const seconds = `${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}`;
  const also = initializes ? '; initialize counts as a request, too' : '';
  return new GatewayError('QUOTA_EXCEEDED', {
    detail: `${OWNERS[refusal.scope](kind)} ${tenant} ${how}; try again in ${seconds}${also}`,
    reason: `quota of the ${refusal.scope}: ${what}`,
    headers,
  });
}

const OWNERS: Record<Scope, (kind: string) => string> = {
  tenant: () => 'tenant',
  caller: () => 'this caller of tenant',
  adapter: (kind) => `${kind === 'adapter' ? 'this adapter' : 'use of toolsets'}, for callers of tenant`,
  tool: () => 'this tool, for callers of tenant',
};
