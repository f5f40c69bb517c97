import { adapterRef, type ResourceKind } from '@mcp-gateway/common/contracts';
import type {
  AdapterRow,
  AdapterRows,
  ResourceRow,
  ResourceRows,
  ResourceSpec,
  ToolRow,
  ToolRows,
} from '@mcp-gateway/database';
import { desiredState, type DesiredState, type KindRouting, type ReplicatedState } from './plan.js';
import { remoteStanding } from './remote/standing.js';
import type { RemoteServers } from './remote/remote-servers.js';

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

type Checks = Pick<RemoteServers, 'check' | 'forget'>;
const UNCHECKED: Checks = { check: () => undefined, forget: () => {} };

/** @param remotes checks the servers of adapters that run elsewhere */
export function adapterKind(rows: AdapterRows, remotes: Checks = UNCHECKED): ManagedKind {
  const kind = managedKind('adapter', rows, (row) => desiredOf(row, remotes));
  return {
    ...kind,
    async find(name) {
      const desired = await kind.find(name);
      if (!desired || desired.workload || desired.row.deletedAt) remotes.forget(adapterRef(name));
      return desired;
    },
  };
}

function desiredOf(row: AdapterRow, remotes: Checks): DesiredState {
  const { remote, upstreamAuth, tls } = row.spec;
  if (!remote) return desiredAdapter(row);
  const { headers } = remote;
  const target = { remote, tls, hasCredential: upstreamAuth !== undefined || tls?.credential !== undefined };
  return {
    row,
    routing: { ...routingOf(row), remote: Object.keys(headers).length > 0 ? { headers } : {} },
    standing: () => remoteStanding(row, remote.url, remotes.check(row, target)),
  };
}

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
  const { policies, affinity, sessionRecovery, sessions, preserveHost, upstreamAuth, tls, audit } = spec;
  return {
    ...(policies.length > 0 && { policies }),
    affinity,
    sessionRecovery,
    sessions,
    preserveHost,
    ...(upstreamAuth && { upstreamAuth }),
    ...(tls && { tls }),
    ...(audit && { audit }),
  };
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
