import { DEFAULT_TENANT, type Phase, type PublishedRoute, adapterRef } from '@mcp-gateway/common/contracts';
import type { Observation, Runtime } from '@mcp-gateway/runtime';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RoutePublisher, VersionedRoute } from '@mcp-gateway/routing';
import type { AdapterRows } from '@mcp-gateway/database';
import { type DesiredState, desiredState } from './plan.js';
import { observedStatus } from './observed-status.js';

/**
 * The route of an adapter for the data plane.
 * @param phase of its status now. With `Stopped` or `Failed`, the data plane does not wait for an endpoint.
 */
export function routeOf({ row, revision: desired }: DesiredState, seen: Observation, phase: Phase): PublishedRoute {
  const addresses = seen.replicas.flatMap((replica) => replica.addresses ?? []);
  const {
    requiredRoles,
    policies,
    affinity,
    sessionRecovery,
    sessions,
    preserveHost,
    path,
    replicaCount,
    upstreamAuth,
    tls,
  } = row.spec;
  return {
    kind: 'adapter',
    name: row.name,
    resourceId: row.id,
    generation: row.generation,
    createdBy: row.createdBy,
    requiredRoles,
    ...(policies.length > 0 && { policies }),
    ...(row.tenant !== DEFAULT_TENANT && { tenant: row.tenant }),
    affinity,
    sessionRecovery,
    sessions,
    preserveHost,
    ...(upstreamAuth && { upstreamAuth }),
    ...(tls && { tls }),
    path,
    ...(replicaCount === 0 ? { phase: 'Stopped' } : phase === 'Failed' && { phase }),
    endpoints: seen.replicas.flatMap(({ endpoint, revision }) =>
      endpoint ? { ...endpoint, path: endpoint.path ?? path, updated: revision === desired } : [],
    ),
    ...(addresses.length > 0 && { addresses }),
  };
}

export interface RestoreParts {
  rows: AdapterRows;
  runtime: Runtime;
  routes: RoutePublisher;
  now: () => Date;
  log: Logger;
}

/**
 * Writes every route when Redis has lost them, and resolves to whether it did. Until then readers keep their last table; an
 * incomplete set would look like adapters that were removed. A route that a newer run has published stays. The caller has
 * to queue all names afterwards, for what changed while the set was read.
 */
export function routeRestorer({ rows, runtime, routes, now, log }: RestoreParts): () => Promise<boolean> {
  async function routeFor(name: string, run: number): Promise<VersionedRoute[]> {
    const row = await rows.find(name);
    if (!row || row.deletedAt) return [];
    const seen = await runtime.observe(adapterRef(name));
    if (seen.resourceId !== null && seen.resourceId !== row.id) return [];
    const desired = desiredState(row);
    const { phase } = observedStatus(desired, seen, now());
    return [{ route: routeOf(desired, seen, phase), version: { ...row, run } }];
  }

  return async () => {
    if (await routes.isComplete()) return false;
    const run = await routes.beginRun();
    const names = await rows.names();
    const found = await Promise.allSettled(names.map((name) => routeFor(name, run)));
    const reasons = found.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    // One row that cannot be read must not keep all others without a route; an outage must, however short.
    const outage = reasons.find((reason) => reason instanceof GatewayError && reason.code === 'UNAVAILABLE');
    const [first] = reasons;
    if (outage) throw outage;
    if (first && reasons.length === found.length) throw first;
    for (const err of reasons) log.error({ err }, 'a route could not be restored');
    await routes.publishAll(
      found.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
      run,
    );
    return true;
  };
}
