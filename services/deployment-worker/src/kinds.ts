import type { RemoteServer, ResourceKind } from '@mcp-gateway/common/contracts';
import type {
  AdapterRow,
  AdapterRows,
  ResourceRow,
  ResourceRows,
  ResourceSpec,
  ToolNamings,
  ToolsetRow,
  ToolsetRows,
} from '@mcp-gateway/database';
import { ABSENT, type Runtime } from '@mcp-gateway/runtime';
import {
  desiredState,
  type DesiredState,
  type KindRouting,
  type ReplicatedState,
  type UnreplicatedState,
  type UntimedCondition,
} from './plan.js';
import { remoteStanding } from './remote/standing.js';
import type { RemoteServers } from './remote/remote-servers.js';
import { selectionCondition } from './selection.js';

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

export type RemoteChecks = Pick<RemoteServers, 'check' | 'forget'>;
export const UNCHECKED: RemoteChecks = { check: () => undefined, forget: () => {} };

/** @param remotes checks the servers of adapters that run elsewhere */
export function adapterKind(rows: AdapterRows, remotes: RemoteChecks = UNCHECKED): ManagedKind {
  return watching(
    managedKind('adapter', rows, (row) => desiredOf(row, remotes)),
    remotes,
  );
}

/** Ends the checks of what is gone, or has replicas now. */
export const watching = (kind: ManagedKind, remotes: RemoteChecks): ManagedKind => ({
  ...kind,
  async find(name) {
    const desired = await kind.find(name);
    if (!desired || desired.workload || desired.row.deletedAt) remotes.forget({ kind: kind.kind, name });
    return desired;
  },
});

function desiredOf(row: AdapterRow, remotes: RemoteChecks): DesiredState {
  const { remote, upstreamAuth, tls } = row.spec;
  if (!remote) return desiredAdapter(row);
  const hasCredential = upstreamAuth !== undefined || tls?.credential !== undefined;
  const target = { remote, tls, speaks: 'mcp' as const, hasCredential };
  return {
    row,
    routing: { ...routingOf(row), remote: remoteRoute(remote) },
    standing: () => remoteStanding(row, remote.url, remotes.check(row, target)),
  };
}

export const remoteRoute = ({ headers }: RemoteServer): KindRouting['remote'] =>
  Object.keys(headers).length > 0 ? { headers } : {};

/** Of an adapter with replicas. @throws Error for a stored spec that does not fit the contract */
export function desiredAdapter(row: AdapterRow): ReplicatedState {
  const { imageName, imageVersion, port, path, tls } = row.spec;
  if (imageName === undefined || imageVersion === undefined) {
    throw new Error(`The stored spec of adapter ${row.name} has neither an image nor remote. Register it again.`);
  }
  const replicated = { ...row, spec: { ...row.spec, imageName, imageVersion } };
  return desiredState(replicated, { port, path, ...(tls && { tls: true }) }, routingOf(row));
}

function routingOf({ spec }: AdapterRow): KindRouting {
  const { policies, affinity, sessionRecovery, sessions, preserveHost, bridge, upstreamAuth, tls, audit } = spec;
  return {
    ...(policies.length > 0 && { policies }),
    affinity,
    sessionRecovery,
    sessions,
    preserveHost,
    ...(bridge && { bridge }),
    ...(upstreamAuth && { upstreamAuth }),
    ...(tls && { tls }),
    ...(audit && { audit }),
  };
}

/** No resource of a kind without replicas ever runs, so the worker need not ask a runtime that may be unavailable. */
const NOWHERE: Runtime = {
  observe: async () => ABSENT,
  apply: async () => {},
  remove: async () => {},
  list: async () => [],
  watch() {},
};

/** @param namings of registered tools. Undefined: no status says which entries select nothing. */
export const toolsetKind = (rows: ToolsetRows, namings?: ToolNamings): ManagedKind => ({
  kind: 'toolset',
  rows,
  async find(name) {
    const row = await rows.find(name);
    const isJudged = row !== null && row.deletedAt === null && namings !== undefined;
    return row && desiredToolset(row, isJudged ? await selectionCondition(row.spec.tools, namings) : undefined);
  },
  runtime: NOWHERE,
});

const PUBLISHED = { type: 'Ready', status: 'True', reason: 'Published' } as const;

/** Data planes send its clients, which have sessions, to the tool routers. */
function desiredToolset(row: ToolsetRow, selection: UntimedCondition | undefined): UnreplicatedState {
  const { title, description, tools, names, search, audit } = row.spec;
  const message = 'The toolset is published to tool routers.';
  return {
    row,
    routing: { affinity: 'session', ...(search && { search }), ...(audit && { audit }) },
    definition: { type: 'toolset', ...(title !== undefined && { title }), description, tools, names, search },
    standing: () => ({
      phase: 'Ready',
      conditions: [{ ...PUBLISHED, message }, ...(selection ? [selection] : [])],
      endpoints: [],
      path: `/mcp/t/${row.name}`,
    }),
  };
}
