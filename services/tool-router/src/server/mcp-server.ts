import { ProtocolError, ProtocolErrorCode, Server, type LoggingLevel, type Result } from '@modelcontextprotocol/server';
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
const SEARCH_TOOLS = [CALL_TOOL, FIND_TOOLS].map((shown) => ({ key: shown.name, shown }));
const AnyParams = z.looseObject({});

/** The server of the SDK, which hands results on as they are: its own check drops fields that it does not know. */
class TransparentServer extends Server {
  protected override _wrapHandler(method: string, handler: Parameters<Server['_wrapHandler']>[1]) {
    return super._wrapHandler(method === 'tools/call' ? 'prompts/get' : method, handler);
  }
}

interface Served {
  view: View;
  round: Round;
  context: CallContext;
}
type Handler = (params: Record<string, unknown>, request: Served) => Promise<Result>;

/** An MCP server for one client session, or for one modern request. It serves what the caller of each request may use. */
export function createMcpServer(parts: McpServerParts, opener: Caller, session?: SessionPeer): Server {
  const { catalogue, views, calls, firstListMs } = parts;
  const { title, instructions = '' } = views.about(opener.principal, opener.toolset) ?? {};
  const server = new TransparentServer(
    { name: 'mcp-gateway', version: '0.1.0', ...(title !== undefined && { title }) },
    { capabilities: CAPABILITIES, ...(instructions !== '' && { instructions }) },
  );

  const handle = (method: string, handler: Handler) =>
    server.setRequestHandler(method, { params: AnyParams }, async (params, context) => {
      const caller = callerIn(context.http?.authInfo);
      let view = views.of(caller.principal, caller.toolset);
      if (!view.isTried) {
        await catalogue.whenTried(caller.principal, firstListMs);
        view = views.of(caller.principal, caller.toolset);
      }
      const round = {
        inputResponses: context.mcpReq.inputResponses,
        requestState: context.mcpReq.requestState<string>(),
      };
      return handler(params, { view, round, context: callContextOf(context, caller, session, params) });
    });

  const list = (method: string, kind: Kind, field: string) =>
    handle(method, async ({ cursor }, { view }) => {
      if (view.sources.length > 0 && view.missing.length === view.sources.length) throw nothingListed(view);
      const entries: readonly Pick<Exposed<unknown>, 'key' | 'shown'>[] =
        view.search && kind === 'tools' ? SEARCH_TOOLS : view[kind];
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
  handle('logging/setLevel', async ({ level }) => {
    if (!session) return {};
    session.logLevel = level as LoggingLevel;
    for (const { source } of catalogue.sources) source.logLevelChanged?.(session);
    return {};
  });
  return server;
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
