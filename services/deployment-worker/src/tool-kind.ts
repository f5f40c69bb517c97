import {
  apiPath,
  DEFAULT_MCP_PATH,
  DEFAULT_PATH,
  DEFAULT_PORT,
  type PublishedDefinition,
  type PublishedEndpoint,
  type PublishedTool,
  type ToolSource,
} from '@mcp-gateway/common/contracts';
import { unreachable } from '@mcp-gateway/common/errors';
import type { AdapterRow, AdapterRows, ToolDefinitionRows, ToolRow, ToolRows } from '@mcp-gateway/database';
import { compileOperations, type CompiledOperation } from '@mcp-gateway/openapi';
import type { RoutePublisher } from '@mcp-gateway/routing';
import { lockingOf, type Locking, NOTHING_APPROVED } from './definition-lock.js';
import {
  type DocumentResult,
  type Documents,
  type DocumentTarget,
  notReadYet,
  sourceOf,
} from './documents/documents.js';
import { type ManagedKind, type RemoteChecks, remoteRoute, UNCHECKED, watching } from './kinds.js';
import { type DesiredState, desiredState, type Documented, type KindRouting, type UnreplicatedState } from './plan.js';
import { remoteStanding } from './remote/standing.js';

export interface ToolKindParts {
  /** What is approved of sources that describe their tools themselves. Undefined: nothing. */
  definitions?: Pick<ToolDefinitionRows, 'find'>;
  /** Checks the servers of tools that run elsewhere. */
  remotes?: RemoteChecks;
  /** Reads the documents of tools at their servers. Undefined: none are read. */
  documents?: Pick<Documents, 'check' | 'has' | 'forget'>;
  /** What stands beside the route of a tool. */
  published?: RoutePublisher['definition'];
}

/** @param adapters that tools may have as their source */
export function toolKind(
  rows: ToolRows,
  adapters: Pick<AdapterRows, 'find'>,
  { definitions = NOTHING_APPROVED, remotes = UNCHECKED, documents, published = async () => null }: ToolKindParts = {},
): ManagedKind {
  const compiled = compiledOperations();
  async function desired(row: ToolRow): Promise<DesiredState> {
    const { source } = row.spec;
    switch (source.type) {
      case 'http':
      case 'mcp':
        return desiredTool(row, remotes);
      case 'adapter':
        return adapterTools(row, source, await adapters.find(source.adapter));
      case 'openapi':
        if (source.documentUrl !== undefined && documents) {
          return documentedTools(row, source, { remotes, documents, published });
        }
        // Nothing is published of what is being deleted.
        return openApiTools(row, source, row.deletedAt ? [] : await compiled(row, source), remotes);
      default:
        return unreachable(source);
    }
  }
  async function find(name: string): Promise<DesiredState | null> {
    const row = await rows.find(name);
    return row && withLock(await desired(row), await lockingOf(row, definitions));
  }
  const kind = watching({ kind: 'tool', rows, find }, remotes);
  return {
    ...kind,
    async find(name) {
      const found = await kind.find(name);
      if (!found?.documented || found.row.deletedAt) documents?.forget({ kind: 'tool', name });
      return found;
    },
  };
}

function withLock(desired: DesiredState, { lock, approval }: Locking): DesiredState {
  if (!lock) return desired;
  const { definition, documented } = desired;
  const withIt = (given: PublishedDefinition) => ({ ...given, lock }) as PublishedDefinition;
  return {
    ...desired,
    ...(definition && { definition: withIt(definition) }),
    ...(documented && {
      async documented(endpoints: readonly PublishedEndpoint[]) {
        const found = await documented(endpoints);
        return { ...found, definition: withIt(found.definition) };
      },
    }),
    ...(approval && { approval }),
  };
}

/** @throws Error for a stored spec that does not fit the contract */
export function desiredTool(row: ToolRow, remotes: RemoteChecks = UNCHECKED): DesiredState {
  const { name, source, toolDefinition } = row.spec;
  if (source.type === 'mcp') {
    const { port = DEFAULT_PORT, path = DEFAULT_MCP_PATH, prefix } = source;
    const definition = { type: 'mcp' as const, ...(prefix !== undefined && { prefix }) };
    return served(row, { port, path, affinity: 'session', definition }, remotes);
  }
  if (!toolDefinition) throw new Error(`The stored spec of tool ${name} has no toolDefinition. Register it again.`);
  const { port = DEFAULT_PORT, path = DEFAULT_PATH, method, tool } = toolDefinition;
  // A call has no session.
  return served(row, { port, path, affinity: 'none', definition: { type: 'http', tool, method } }, remotes);
}

interface Served {
  port: number;
  path: string;
  affinity: KindRouting['affinity'];
  definition: PublishedTool;
}

/** By replicas, or by a server that runs elsewhere. */
function served(row: ToolRow, { port, path, affinity, definition }: Served, remotes: RemoteChecks): DesiredState {
  const { upstreamAuth, remote } = row.spec;
  const routing = { affinity, ...(upstreamAuth && { upstreamAuth }) };
  if (!remote) return { ...desiredState(row, { port, path }, routing), definition };
  const speaks = definition.type === 'mcp' ? ('mcp' as const) : ('http' as const);
  const target = { remote, tls: undefined, speaks, hasCredential: upstreamAuth !== undefined };
  return {
    row,
    routing: { ...routing, remote: remoteRoute(remote) },
    definition,
    standing: () => remoteStanding(row, remote.url, remotes.check(row, target)),
  };
}

type Source<Type extends ToolSource['type']> = Extract<ToolSource, { type: Type }>;

/** The server is that of the adapter, so nothing of the tool runs. */
function adapterTools(
  row: ToolRow,
  { approval: _, whileChanged: __, ...source }: Source<'adapter'>,
  adapter: AdapterRow | null,
): UnreplicatedState {
  const { adapter: name } = source;
  const isThere = adapter !== null && adapter.deletedAt === null;
  const readiness = isThere
    ? { status: 'True' as const, reason: 'AdapterFound', message: `The adapter ${name} serves the tools.` }
    : {
        status: 'False' as const,
        reason: 'AdapterNotFound',
        message: `There is no adapter ${name}. Register it, or name another one in source.adapter with PUT.`,
      };
  return {
    row,
    routing: { affinity: 'session' },
    definition: source,
    standing: () => ({
      phase: isThere ? 'Ready' : 'Failed',
      conditions: [{ type: 'Ready', ...readiness }],
      endpoints: [],
      path: '/',
    }),
  };
}

function openApiTools(
  row: ToolRow,
  { port = DEFAULT_PORT, path = '/', prefix }: Source<'openapi'>,
  operations: readonly CompiledOperation[],
  remotes: RemoteChecks,
): DesiredState {
  const definition = { type: 'openapi' as const, operations: [...operations], ...(prefix !== undefined && { prefix }) };
  return served(row, { port, path, affinity: 'none', definition }, remotes);
}

/** The document is at the server, and what it says is known only once the worker has read it. */
function documentedTools(
  row: ToolRow,
  source: Source<'openapi'>,
  { remotes, documents, published }: Required<Omit<ToolKindParts, 'definitions'>>,
): DesiredState {
  const { documentUrl = '', operations: selections, prefix } = source;
  const { remote } = row.spec;
  const { definition: _, ...state } = openApiTools(row, source, [], remotes);

  async function documented(endpoints: readonly PublishedEndpoint[]): Promise<Documented> {
    const endpoint = remote ?? endpoints.find(({ ready, updated }) => ready && updated !== false);
    const target: DocumentTarget = {
      url: endpoint && new URL(documentUrl, endpoint.url).href,
      documentUrl,
      headers: remote?.headers ?? {},
      isRemote: remote !== undefined,
      operations: selections,
      path: apiPath(row.spec),
      generation: row.generation,
    };
    const before = documents.has(row) ? undefined : await lastOf(row, target, published);
    const result = documents.check(row, target, before);
    const operations = result?.operations;
    const named = { type: 'openapi' as const, ...(prefix !== undefined && { prefix }), document: sourceOf(target) };
    const fault = `the document of tool ${row.name} cannot be used; GET /tools/${row.name}/status says why`;
    return {
      definition: operations ? { ...named, operations: [...operations] } : { ...named, operations: [], fault },
      condition: result?.condition ?? notReadYet('The gateway reads the document of the server.'),
      hasTools: operations !== undefined,
    };
  }
  return { ...state, documented };
}

/** What another worker has read of this document, or this one before it was started again, counts until it has been read. */
async function lastOf(
  row: ToolRow,
  target: DocumentTarget,
  published: RoutePublisher['definition'],
): Promise<DocumentResult | undefined> {
  const { definition, version } = (await published(row)) ?? {};
  const source = sourceOf(target);
  const isSame = version?.createdAt.getTime() === row.createdAt.getTime();
  if (!isSame || definition?.type !== 'openapi' || definition.fault !== undefined) return undefined;
  // An approval is a new generation, too.
  if (definition.document !== source) return undefined;
  const condition = notReadYet('The gateway reads the document of the server again.');
  return { operations: definition.operations, condition, source, text: undefined };
}

/** Compiling takes a while for large documents, and a resync looks at every tool again and again. */
const MAX_COMPILED = 256;

function compiledOperations() {
  const kept = new Map<string, { version: string; operations: readonly CompiledOperation[] }>();
  return async ({ name, id, generation, spec }: ToolRow, source: Source<'openapi'>) => {
    const version = `${id} ${generation}`;
    const known = kept.get(name);
    if (known?.version === version) return known.operations;
    const { document } = source;
    if (!document) throw new Error(`The stored spec of tool ${name} has no document. Register it again.`);
    const operations = await compileOperations({ ...source, document, path: apiPath(spec) });
    kept.delete(name);
    const [oldest] = kept.size >= MAX_COMPILED ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(name, { version, operations });
    return operations;
  };
}
