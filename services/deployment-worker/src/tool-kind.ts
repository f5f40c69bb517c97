import {
  apiPath,
  DEFAULT_MCP_PATH,
  DEFAULT_PATH,
  DEFAULT_PORT,
  type PublishedDefinition,
  type PublishedTool,
  type ToolSource,
} from '@mcp-gateway/common/contracts';
import { unreachable } from '@mcp-gateway/common/errors';
import type { AdapterRow, AdapterRows, ToolDefinitionRows, ToolRow, ToolRows } from '@mcp-gateway/database';
import { compileOperations, type CompiledOperation } from '@mcp-gateway/openapi';
import { lockingOf, type Locking } from './definition-lock.js';
import { type ManagedKind, type RemoteChecks, remoteRoute, UNCHECKED, watching } from './kinds.js';
import { type DesiredState, desiredState, type KindRouting, type UnreplicatedState } from './plan.js';
import { remoteStanding } from './remote/standing.js';

/**
 * @param adapters that tools may have as their source
 * @param definitions what is approved of sources that describe their tools themselves
 * @param remotes checks the servers of tools that run elsewhere
 */
export function toolKind(
  rows: ToolRows,
  adapters: Pick<AdapterRows, 'find'>,
  definitions: Pick<ToolDefinitionRows, 'find'>,
  remotes: RemoteChecks = UNCHECKED,
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
  return watching({ kind: 'tool', rows, find }, remotes);
}

function withLock(desired: DesiredState, { lock, approval }: Locking): DesiredState {
  if (!lock) return desired;
  return {
    ...desired,
    definition: { ...desired.definition, lock } as PublishedDefinition,
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

/** Compiling takes a while for large documents, and a resync looks at every tool again and again. */
const MAX_COMPILED = 256;

function compiledOperations() {
  const kept = new Map<string, { version: string; operations: readonly CompiledOperation[] }>();
  return async ({ name, id, generation, spec }: ToolRow, source: Source<'openapi'>) => {
    const version = `${id} ${generation}`;
    const known = kept.get(name);
    if (known?.version === version) return known.operations;
    const operations = await compileOperations({ ...source, path: apiPath(spec) });
    kept.delete(name);
    const [oldest] = kept.size >= MAX_COMPILED ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(name, { version, operations });
    return operations;
  };
}
