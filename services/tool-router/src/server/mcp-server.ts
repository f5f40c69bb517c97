import {
  CLIENT_CAPABILITIES_META_KEY,
  LOG_LEVEL_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  UriTemplate,
  type ClientCapabilities,
  type LoggingLevel,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolCalls } from '../calls/call-tool.js';
import type { Catalogue } from '../catalog/catalogue.js';
import { pageOf } from '../catalog/page.js';
import type { Exposed, Kind, View, Views } from '../catalog/view.js';
import { SourceError, type CallContext, type ClientPeer, type SourceRequest } from '../sources/source.js';
import { callerIn, type Caller } from './caller.js';

export interface McpServerParts {
  catalogue: Catalogue;
  views: Views;
  calls: ToolCalls;
  pageSize: number;
  /** How long a list waits for sources that have not listed yet. */
  firstListMs: number;
}

/** The client of a legacy session; the client of a modern request lives as long as the request. */
export interface SessionPeer extends ClientPeer {
  logLevel: LoggingLevel | undefined;
  /** The client has a list with this fingerprint. */
  hasSeen(kind: Kind, fingerprint: string): void;
}

/** How long clients may keep lists: changes are announced, but not every client listens. */
const TTL_MS = 5_000;
const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};
const AnyParams = z.looseObject({});
const NO_LIMIT_MS = 86_400_000;

/** The server of the SDK, which hands results on as they are: its own check drops fields that it does not know. */
class TransparentServer extends Server {
  protected override _wrapHandler(method: string, handler: Parameters<Server['_wrapHandler']>[1]) {
    return super._wrapHandler(method === 'tools/call' ? 'prompts/get' : method, handler);
  }
}

type Handler = (
  params: Record<string, unknown>,
  request: { caller: Caller; view: View; context: CallContext },
) => Promise<Result>;

/** An MCP server for one client session, or for one modern request. It serves what the caller of each request may use. */
export function createMcpServer(parts: McpServerParts, session?: SessionPeer): Server {
  const { catalogue, views, calls, firstListMs } = parts;
  const server = new TransparentServer({ name: 'mcp-gateway', version: '0.1.0' }, { capabilities: CAPABILITIES });

  const handle = (method: string, handler: Handler) =>
    server.setRequestHandler(method, { params: AnyParams }, (params, context) => {
      const caller = callerIn(context.http?.authInfo);
      const view = views.of(caller.principal);
      return handler(params, { caller, view, context: callContextOf(context, caller, session) });
    });

  const list = (method: string, kind: Kind, field: string) =>
    handle(method, async ({ cursor }, { caller }) => {
      await catalogue.whenTried(caller.principal, firstListMs);
      const view = views.of(caller.principal);
      if (view.sources.length > 0 && view.missing.length === view.sources.length) throw nothingListed(view);
      const entries: readonly Exposed<unknown>[] = view[kind];
      const page = pageOf(entries, typeof cursor === 'string' ? cursor : undefined, parts.pageSize);
      if (cursor === undefined) session?.hasSeen(kind, view.fingerprint(kind));
      return {
        [field]: page.entries.map(({ shown }) => shown),
        ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
        ...freshness(view, session !== undefined),
      };
    });
  list('tools/list', 'tools', 'tools');
  list('prompts/list', 'prompts', 'prompts');
  list('resources/list', 'resources', 'resources');
  list('resources/templates/list', 'templates', 'resourceTemplates');

  handle('tools/call', ({ name, arguments: given, _meta }, { view, context }) =>
    calls.call(
      view,
      { name: String(name), arguments: (given ?? {}) as Record<string, unknown>, meta: metaOf(_meta) },
      context,
    ),
  );

  const forward = (known: Exposed<unknown>['source'], request: SourceRequest, context: CallContext) =>
    calls.within(known, context, (inTime) => {
      if (!known.source.request) throw new SourceError('the source has neither prompts nor resources');
      return known.source.request(request, inTime);
    });
  handle('prompts/get', async ({ name, ...params }, { view, context }) => {
    const found = view.find('prompts', String(name));
    if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${String(name)}`);
    const request = { method: 'prompts/get', params: { ...params, name: found.original.name } } as const;
    return answered(await forward(found.source, request, context));
  });
  for (const method of ['resources/read', 'resources/subscribe', 'resources/unsubscribe'] as const) {
    handle(method, async (params, { view, context }) => {
      const source = sourceOfUri(view, String(params['uri']));
      return answered(await forward(source, { method, params }, context));
    });
  }
  handle('completion/complete', async (params, { view, context }) => {
    const { source, ref } = referenced(view, params['ref']);
    return answered(await forward(source, { method: 'completion/complete', params: { ...params, ref } }, context));
  });
  handle('logging/setLevel', async ({ level }) => {
    if (session) session.logLevel = level as LoggingLevel;
    return {};
  });
  return server;
}

/** Lists that lack a source must not be kept: they are not complete (MCP 2026-07-28, caching). */
function freshness({ missing }: View, isLegacy: boolean): Record<string, unknown> {
  const incomplete = missing.length > 0 && { _meta: { 'mcp-gateway/missing': missing.map(({ name }) => name) } };
  return { ...(!isLegacy && { ttlMs: missing.length > 0 ? 0 : TTL_MS, cacheScope: 'private' }), ...incomplete };
}

function nothingListed({ missing }: View): ProtocolError {
  const reasons = missing.slice(0, 5).map(({ name, reason }) => `${name}: ${reason}`);
  return new ProtocolError(ProtocolErrorCode.InternalError, `No source of tools lists: ${reasons.join('; ')}`);
}

/** Only tools answer failures with a result. */
function answered(result: Result): Result {
  if (result['isError'] !== true) return result;
  const [first] = result['content'] as { text: string }[];
  throw new ProtocolError(ProtocolErrorCode.InternalError, first?.text ?? 'The source failed');
}

function sourceOfUri(view: View, uri: string) {
  const listed = view.find('resources', uri);
  if (listed) return listed.source;
  const matching = view.templates.find(({ key }) => matches(key, uri));
  if (!matching) throw new ResourceNotFoundError(uri);
  return matching.source;
}

function matches(template: string, uri: string): boolean {
  try {
    return new UriTemplate(template).match(uri) !== null;
  } catch {
    return false;
  }
}

/** What a completion is about, and what its source calls it. */
function referenced(view: View, ref: unknown) {
  const { type, name, uri } = (ref ?? {}) as Record<string, unknown>;
  const isPrompt = type === 'ref/prompt';
  const found = isPrompt ? view.find('prompts', String(name)) : view.find('templates', String(uri));
  if (found)
    return { source: found.source, ref: isPrompt ? { type, name: (found.original as { name: string }).name } : ref };
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown reference: ${String(isPrompt ? name : uri)}`);
}

function metaOf(meta: unknown): Record<string, unknown> | undefined {
  const { progressToken: _, ...rest } = (meta ?? {}) as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? rest : undefined;
}

function callContextOf(
  context: ServerContext,
  { principal, requestId }: Caller,
  session: SessionPeer | undefined,
): CallContext {
  const { mcpReq } = context;
  const token = mcpReq._meta?.progressToken;
  const notify: ClientPeer['notify'] = (notification) => void mcpReq.notify(notification).catch(() => {});
  return {
    principal,
    requestId,
    signal: mcpReq.signal,
    onProgress:
      token === undefined
        ? undefined
        : (progress) => notify({ method: 'notifications/progress', params: { ...progress, progressToken: token } }),
    client: session ?? modernPeer(mcpReq.envelope ?? {}, principal.subject, notify),
    ask: session && ((request, signal) => mcpReq.send(request, AnyParams, { signal, timeout: NO_LIMIT_MS })),
    notify,
  };
}

/** A modern client says with each request what it can do (MCP 2026-07-28, `_meta`). */
function modernPeer(envelope: Record<string, unknown>, subject: string, notify: ClientPeer['notify']): ClientPeer {
  const logLevel = envelope[LOG_LEVEL_META_KEY] as LoggingLevel | undefined;
  return {
    key: `caller ${subject}`,
    capabilities: (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities,
    logLevel,
    ask: undefined,
    notify: (notification) => {
      if (notification.method !== 'notifications/message' || logLevel !== undefined) notify(notification);
    },
  };
}
