import type { ResourceKind } from '@mcp-gateway/common/contracts';
import type {
  AdapterRow,
  AdapterRows,
  ResourceRow,
  ResourceRows,
  ResourceSpec,
  ToolRow,
  ToolRows,
} from '@mcp-gateway/database';
import { desiredState, type DesiredState, type ReplicatedState } from './plan.js';

/** Resources of one kind, as the worker reconciles them. */
export interface ManagedKind {
  kind: ResourceKind;
  rows: Omit<ResourceRows<ResourceSpec>, 'find'>;
  /** The resource of this name, also one that is being deleted. */
  find(name: string): Promise<DesiredState | null>;
}

const managedKind = <Spec extends ResourceSpec>(
  kind: ResourceKind,
  rows: ResourceRows<Spec>,
  desired: (row: ResourceRow<Spec>) => DesiredState,
): ManagedKind => ({
  kind,
  rows,
  async find(name) {
    const row = await rows.find(name);
    return row && desired(row);
  },
});

export const adapterKind = (rows: AdapterRows): ManagedKind => managedKind('adapter', rows, desiredAdapter);

export function desiredAdapter(row: AdapterRow): ReplicatedState {
  const { port, path, policies, affinity, sessionRecovery, sessions, preserveHost } = row.spec;
  const { upstreamAuth, tls, audit } = row.spec;
  return desiredState(
    row,
    { port, path, ...(tls && { tls: true }) },
    {
      ...(policies.length > 0 && { policies }),
      affinity,
      sessionRecovery,
      sessions,
      preserveHost,
      ...(upstreamAuth && { upstreamAuth }),
      ...(tls && { tls }),
      ...(audit && { audit }),
    },
  );
}

export const toolKind = (rows: ToolRows): ManagedKind => managedKind('tool', rows, desiredTool);

/** @throws Error for a stored spec that does not fit the contract */
export function desiredTool(row: ToolRow): ReplicatedState {
  const { name, source, toolDefinition } = row.spec;
  if (source.type === 'mcp') {
    const { port, path } = source;
    return { ...desiredState(row, { port, path }, { affinity: 'session' }), definition: { type: 'mcp' } };
  }
  if (!toolDefinition) throw new Error(`The stored spec of tool ${name} has no toolDefinition. Register it again.`);
  const { port, path, method, tool } = toolDefinition;
  // A call has no session.
  return { ...desiredState(row, { port, path }, { affinity: 'none' }), definition: { type: 'http', tool, method } };
}
