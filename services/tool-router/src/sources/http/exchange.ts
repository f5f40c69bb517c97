import { resourceKey, type Endpoint, type ResourceRef, type Route } from '@mcp-gateway/common/contracts';
import { type HeaderList, identityHeaders, withoutHeaders } from '@mcp-gateway/protocol';
import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import { request, type Dispatcher } from 'undici';
import { connectFailed, connectFault } from '../connect-fault.js';
import type { Endpoints } from '../endpoints.js';
import { credentialRefused, type ServerCredentials } from '../server-credentials.js';
import { SourceError, type CallContext } from '../source.js';
import { readAnswer } from './read-answer.js';
import { resultOf } from './result.js';

/** The servers of a tool that speak HTTP and not MCP. */
export interface HttpServers {
  ref: ResourceRef;
  endpoints: Endpoints;
  route: () => Route | undefined;
  credentials: ServerCredentials;
  /** They do not follow redirects. */
  dispatchers: {
    near: Dispatcher;
    /** To servers that run elsewhere, where the operator permits it. */
    remote: Dispatcher;
  };
}

/** One call, as it is sent to a replica. */
export interface HttpCall {
  tool: Tool;
  method: string;
  urlOf: (endpoint: Endpoint) => URL;
  /** A flat list. */
  headers: readonly string[];
  body: string | Uint8Array | undefined;
  /** The call may run twice. */
  mayRepeat: boolean;
}

/**
 * Sends a call, and to another replica if the first accepts no connection, or if it breaks off and the call may run twice.
 * @throws SourceError
 */
export async function exchange(servers: HttpServers, call: HttpCall, context: CallContext): Promise<CallToolResult> {
  const failed = new Set<string>();
  const own = await servers.credentials.headersFor(servers.route());
  const { headers: fixed } = servers.route()?.remote ?? {};
  const added = [...(fixed ? withoutNames(Object.entries(fixed).flat(), own) : []), ...own, ...UNCOMPRESSED];
  const authenticated = { ...call, headers: [...withoutNames(call.headers, added), ...added] };
  for (let attempt = 1; ; attempt += 1) {
    const endpoint = servers.endpoints.choose(failed);
    try {
      return await send(servers, endpoint, authenticated, context);
    } catch (error) {
      context.signal.throwIfAborted();
      const isUnsent = connectFailed(error) && !endpoint.remote;
      const mayRepeat = isUnsent || (call.mayRepeat && isBreak(error));
      if (!mayRepeat || attempt > 1) throw explained(servers.ref, error);
      if (!endpoint.remote) failed.add(endpoint.id);
    }
  }
}

async function send(
  { endpoints, dispatchers, credentials, route }: HttpServers,
  endpoint: Endpoint,
  { tool, method, urlOf, headers, body }: HttpCall,
  { principal, requestId, signal }: CallContext,
): Promise<CallToolResult> {
  const end = endpoints.begin(endpoint);
  try {
    const response = await request(urlOf(endpoint), {
      method,
      // Others do not learn who calls.
      headers: [...headers, ...(endpoint.remote ? [] : identityHeaders(principal)), 'X-Request-Id', requestId],
      ...(body !== undefined && { body }),
      signal,
      dispatcher: endpoint.remote ? dispatchers.remote : dispatchers.near,
    });
    const answer = await readAnswer(response);
    if (answer.status === 401 && route()?.upstreamAuth) {
      credentials.refused(route());
      throw credentialRefused(route());
    }
    return resultOf(answer, tool);
  } finally {
    end();
  }
}

const UNCOMPRESSED = ['Accept-Encoding', 'identity'];

/** The headers without those that replace them. */
function withoutNames(headers: readonly string[], own: HeaderList): string[] {
  const names = new Set(own.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  return withoutHeaders(headers, (name) => names.has(name));
}

function explained(ref: ResourceRef, error: unknown): Error {
  if (error instanceof SourceError) return error;
  const name = resourceKey(ref);
  const fault = connectFault(error);
  if (fault !== undefined) return new SourceError(`${name} cannot be reached: ${fault}`, { cause: error });
  if (connectFailed(error)) return new SourceError(`${name} accepts no connection`, { cause: error });
  return new SourceError(`${name} has broken off its answer, so the call may or may not have run`, { cause: error });
}

const isBreak = (error: unknown): boolean => !(error instanceof SourceError) && connectFault(error) === undefined;
