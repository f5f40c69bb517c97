import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type LoggingLevel,
  type Result,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolCalls } from '../calls/call-tool.js';
import { searchCall } from '../calls/search-calls.js';
import type { Round } from '../calls/rounds.js';
import type { Catalogue } from '../catalog/catalogue.js';
import { pageOf } from '../catalog/page.js';
import { CALL_TOOL, FIND_TOOLS } from '../catalog/search.js';
import type { Exposed, Kind, View, Views } from '../catalog/view.js';
import type { CallContext } from '../sources/source.js';
import { callContextOf, metaOf, type SessionPeer } from './call-context.js';
import { callerIn, type Caller } from './caller.js';
import { FORWARDED, forwardRequest } from './forward-request.js';
import { knownMeta } from './known-members.js';

export interface McpServerParts {
  catalogue: Catalogue;
  views: Views;
  calls: ToolCalls;
  pageSize: number;
  /** How long a list waits for sources that have not listed yet. */
  firstListMs: number;
  /** Told of each page that is made, with how long it took. */
  onList?: ((kind: Kind, ms: number) => void) | undefined;
}

/** How long clients may keep lists: changes are announced, but not every client listens. */
const TTL_MS = 5_000;
const CAPABILITIES: ServerCapabilities = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};
const SEARCH_TOOLS = [CALL_TOOL, FIND_TOOLS].map((shown) => ({ key: shown.name, shown }));
const AnyParams = z.looseObject({});

/** The server of the SDK, which hands results on as they are: its own check drops fields that it does not know. */
class TransparentServer extends Server {
  protected override _wrapHandler(method: string, handler: Parameters<Server['_wrapHandler']>[1]) {
    return super._wrapHandler(method === 'tools/call' ? 'prompts/get' : method, handler);
  }
}

/** Of those, what the server of an adapter has. */
function capabilitiesLike(server: ServerCapabilities): ServerCapabilities {
  const has = Object.entries(CAPABILITIES).filter(([name]) => server[name as keyof ServerCapabilities] !== undefined);
  const { resources, ...others } = Object.fromEntries(has) as ServerCapabilities;
  return {
    ...others,
    ...(resources && { resources: { listChanged: true, subscribe: server.resources?.subscribe === true } }),
  };
}

/** What a server must have to answer a method. */
const NEEDED: Record<string, keyof ServerCapabilities> = {
  'tools/list': 'tools',
  'tools/call': 'tools',
  'prompts/list': 'prompts',
  'prompts/get': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resources',
  'resources/read': 'resources',
  'resources/subscribe': 'resources',
  'resources/unsubscribe': 'resources',
  'completion/complete': 'completions',
  'logging/setLevel': 'logging',
};

interface Served {
  view: View;
  round: Round;
  context: CallContext;
  /** By `performance.now`. */
  began: number;
}
type Handler = (params: Record<string, unknown>, request: Served) => Promise<Result>;

/** A server that tells clients what the toolset, or the server of the adapter, says of itself. */
async function introduced(
  { catalogue, views, firstListMs }: McpServerParts,
  { principal, resource }: Caller,
): Promise<TransparentServer> {
  if (resource.kind === 'adapter') await catalogue.whenTried(principal, resource, firstListMs);
  const { title, info, instructions = '', capabilities } = views.about(principal, resource) ?? {};
  return new TransparentServer(
    info ?? { name: 'mcp-gateway', version: '0.1.0', ...(title !== undefined && { title }) },
    {
      capabilities: capabilities ? capabilitiesLike(capabilities) : CAPABILITIES,
      ...(instructions !== '' && { instructions }),
    },
  );
}

/** An MCP server for one client session, or for one modern request. It serves what the caller of each request may use. */
export async function createMcpServer(parts: McpServerParts, opener: Caller, session?: SessionPeer): Promise<Server> {
  const { catalogue, views, calls, firstListMs } = parts;
  const server = await introduced(parts, opener);
  const capabilities = server.getCapabilities();

  const handle = (method: string, handler: Handler) => {
    const needed = NEEDED[method];
    if (needed !== undefined && capabilities[needed] === undefined) return;
    server.setRequestHandler(method, { params: AnyParams }, async (params, context) => {
      const began = performance.now();
      const caller = callerIn(context.http?.authInfo);
      let view = views.of(caller.principal, caller.resource);
      if (!view.isTried) {
        await catalogue.whenTried(caller.principal, caller.resource, firstListMs);
        view = views.of(caller.principal, caller.resource);
      }
      const round = {
        inputResponses: context.mcpReq.inputResponses,
        requestState: context.mcpReq.requestState<string>(),
      };
      return handler(params, { view, round, context: callContextOf(context, caller, session, params), began });
    });
  };

  const list = (method: string, kind: Kind, field: string) =>
    handle(method, async ({ cursor }, { view, began }) => {
      if (view.sources.length > 0 && view.missing.length === view.sources.length) throw nothingListed(view);
      const entries: readonly Pick<Exposed<unknown>, 'key' | 'shown'>[] =
        view.search && kind === 'tools' ? SEARCH_TOOLS : view[kind];
      const page = pageOf(entries, typeof cursor === 'string' ? cursor : undefined, parts.pageSize);
      if (cursor === undefined) session?.hasSeen(kind, view.fingerprint(kind));
      parts.onList?.(kind, performance.now() - began);
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

  handle('tools/call', async ({ name, arguments: given, _meta }, { view, round, context }) => {
    const named = { name: String(name), arguments: (given ?? {}) as Record<string, unknown> };
    const meant = view.search ? searchCall(view.search, named) : { call: named };
    return meant.result ?? calls.call(view, { ...meant.call, meta: metaOf(knownMeta(_meta)), ...round }, context);
  });

  for (const method of FORWARDED) {
    handle(method, (params, { view, round, context }) =>
      forwardRequest({ view, calls }, method, { params, round }, context),
    );
  }
  if (session) handleSession(handle, catalogue, session);
  return server;
}

/** What clients set for their session. Modern ones say it with each request, and with `subscriptions/listen`. */
function handleSession(
  handle: (method: string, handler: Handler) => void,
  catalogue: Catalogue,
  session: SessionPeer,
): void {
  handle('resources/subscribe', (params, { context }) => session.resources.follow(params, context));
  handle('resources/unsubscribe', async ({ uri }) => {
    session.resources.unfollow(String(uri));
    return {};
  });
  handle('logging/setLevel', async ({ level }) => {
    session.logLevel = level as LoggingLevel;
    catalogue.logLevelChanged(session);
    return {};
  });
}

/** Lists that lack a source must not be kept: they are not complete (MCP 2026-07-28, caching). */
function freshness({ missing, heldBack }: View, isLegacy: boolean): Record<string, unknown> {
  const _meta = {
    ...(missing.length > 0 && { 'mcp-gateway/missing': missing.map(({ name }) => name) }),
    ...(heldBack.length > 0 && { 'mcp-gateway/held-back': heldBack }),
  };
  return {
    ...(!isLegacy && { ttlMs: missing.length > 0 ? 0 : TTL_MS, cacheScope: 'private' }),
    ...(Object.keys(_meta).length > 0 && { _meta }),
  };
}

function nothingListed({ missing }: View): ProtocolError {
  const reasons = missing.slice(0, 5).map(({ name, reason }) => `${name}: ${reason}`);
  return new ProtocolError(ProtocolErrorCode.InternalError, `No source of tools lists: ${reasons.join('; ')}`);
}
