import type { ToolSource } from '@mcp-gateway/common/contracts';
import { unreachable } from '@mcp-gateway/common/errors';
import type { AdapterRow, AdapterRows, ToolDefinitionRows, ToolRow, ToolRows } from '@mcp-gateway/database';
import { compileOperations, type CompiledOperation } from '@mcp-gateway/openapi';
import { lockingOf, type Locking } from './definition-lock.js';
import type { ManagedKind } from './kinds.js';
import { desiredState, type ReplicatedState, type UnreplicatedState } from './plan.js';

/**
 * @param adapters that tools may have as their source
 * @param definitions what is approved of sources that describe their tools themselves
 */
export function toolKind(
  rows: ToolRows,
  adapters: Pick<AdapterRows, 'find'>,
  definitions: Pick<ToolDefinitionRows, 'find'>,
): ManagedKind {
  const compiled = compiledOperations();
  return {
    kind: 'tool',
    rows,
    async find(name) {
      const row = await rows.find(name);
      if (!row) return null;
      const { source } = row.spec;
      switch (source.type) {
        case 'http':
          return desiredTool(row);
        case 'mcp':
          return desiredTool(row, await lockingOf(row, definitions));
        case 'adapter': {
          const [adapter, locking] = [await adapters.find(source.adapter), await lockingOf(row, definitions)];
          return adapterTools(row, source, adapter, locking);
        }
        case 'openapi':
          // Nothing is published of what is being deleted.
          return openApiTools(row, source, row.deletedAt ? [] : await compiled(row, source));
        default:
          return unreachable(source);
      }
    },
  };
}

/** @throws Error for a stored spec that does not fit the contract */
export function desiredTool(row: ToolRow, { lock, approval }: Locking = {}): ReplicatedState {
  const { name, source, toolDefinition } = row.spec;
  if (source.type === 'mcp') {
    const { port, path, prefix } = source;
    const definition = { type: 'mcp' as const, ...(prefix !== undefined && { prefix }), ...(lock && { lock }) };
    const state = desiredState(row, { port, path }, { affinity: 'session', ...authOf(row) });
    return { ...state, definition, ...(approval && { approval }) };
  }
  if (!toolDefinition) throw new Error(`The stored spec of tool ${name} has no toolDefinition. Register it again.`);
  const { port, path, method, tool } = toolDefinition;
  // A call has no session.
  const state = desiredState(row, { port, path }, { affinity: 'none', ...authOf(row) });
  return { ...state, definition: { type: 'http', tool, method } };
}

const authOf = ({ spec: { upstreamAuth } }: ToolRow) => (upstreamAuth ? { upstreamAuth } : {});

type Source<Type extends ToolSource['type']> = Extract<ToolSource, { type: Type }>;

/** The server is that of the adapter, so nothing of the tool runs. */
function adapterTools(
  row: ToolRow,
  { approval: _, whileChanged: __, ...source }: Source<'adapter'>,
  adapter: AdapterRow | null,
  { lock, approval }: Locking,
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
    definition: { ...source, ...(lock && { lock }) },
    ...(approval && { approval }),
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
  { port, path = '/', prefix }: Source<'openapi'>,
  operations: readonly CompiledOperation[],
): ReplicatedState {
  const state = desiredState(row, { port, path }, { affinity: 'none', ...authOf(row) });
  const definition = { type: 'openapi' as const, operations: [...operations], ...(prefix !== undefined && { prefix }) };
  return { ...state, definition };
}

/** Compiling takes a while for large documents, and a resync looks at every tool again and again. */
const MAX_COMPILED = 256;

function compiledOperations() {
  const kept = new Map<string, { version: string; operations: readonly CompiledOperation[] }>();
  return async ({ name, id, generation }: ToolRow, source: Source<'openapi'>) => {
    const version = `${id} ${generation}`;
    const known = kept.get(name);
    if (known?.version === version) return known.operations;
    const operations = await compileOperations(source);
    kept.delete(name);
    const [oldest] = kept.size >= MAX_COMPILED ? kept.keys() : [];
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(name, { version, operations });
    return operations;
  };
}
