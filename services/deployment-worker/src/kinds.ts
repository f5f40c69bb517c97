import type { ResourceKind } from '@mcp-gateway/common/contracts';
import type {
  AdapterRow,
  AdapterRows,
  ResourceRow,
  ResourceRows,
  ResourceSpec,
  ToolsetRow,
  ToolsetRows,
} from '@mcp-gateway/database';
import { ABSENT, type Runtime } from '@mcp-gateway/runtime';
import { desiredState, type DesiredState, type ReplicatedState, type UnreplicatedState } from './plan.js';

/** Resources of one kind, as the worker reconciles them. */
export interface ManagedKind {
  kind: ResourceKind;
  rows: Omit<ResourceRows<ResourceSpec>, 'find'>;
  /** The resource of this name, also one that is being deleted. */
  find(name: string): Promise<DesiredState | null>;
  /** Where its resources run; absent: in the runtime of the worker. */
  runtime?: Runtime;
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
/** No resource of a kind without replicas ever runs, so the worker need not ask a runtime that may be unavailable. */
const NOWHERE: Runtime = {
  observe: async () => ABSENT,
  apply: async () => {},
  remove: async () => {},
  list: async () => [],
  watch() {},
};

export const toolsetKind = (rows: ToolsetRows): ManagedKind => ({
  ...managedKind('toolset', rows, desiredToolset),
  runtime: NOWHERE,
});

const PUBLISHED = { type: 'Ready', status: 'True', reason: 'Published' } as const;

/** Data planes send its clients, which have sessions, to the tool routers. */
export function desiredToolset(row: ToolsetRow): UnreplicatedState {
  const { title, description, tools, names, search, audit } = row.spec;
  const message = 'The toolset is published to tool routers.';
  return {
    row,
    routing: { affinity: 'session', ...(audit && { audit }) },
    definition: { type: 'toolset', ...(title !== undefined && { title }), description, tools, names, search },
    standing: () => ({
      phase: 'Ready',
      conditions: [{ ...PUBLISHED, message }],
      endpoints: [],
      path: `/mcp/t/${row.name}`,
    }),
  };
}
