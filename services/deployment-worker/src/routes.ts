import { DEFAULT_TENANT, type Phase, type PublishedRoute, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { Observation, Runtime } from '@mcp-gateway/runtime';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RoutePublisher, VersionedRoute } from '@mcp-gateway/routing';
import type { ManagedKind } from './kinds.js';
import type { DesiredState, Documented, ReplicatedState, UnreplicatedState } from './plan.js';
import { observedStatus } from './observed-status.js';

/**
 * The route of a resource for the data plane.
 * @param phase of its status now. With `Stopped` or `Failed`, the data plane does not wait for an endpoint.
 */
export function routeOf(desired: ReplicatedState, seen: Observation, phase: Phase): PublishedRoute {
  const { row, workload, revision: wanted } = desired;
  const { path } = workload;
  const addresses = seen.replicas.flatMap((replica) => replica.addresses ?? []);
  return {
    ...ruleOf(desired),
    path,
    ...(row.spec.replicaCount === 0 ? { phase: 'Stopped' } : phase === 'Failed' && { phase }),
    endpoints: seen.replicas.flatMap(({ endpoint, revision }) =>
      endpoint ? { ...endpoint, path: endpoint.path ?? path, updated: revision === wanted } : [],
    ),
    ...(addresses.length > 0 && { addresses }),
  };
}

/** The route of a resource that runs nothing. */
export function standingRoute(desired: UnreplicatedState): PublishedRoute {
  const { path, endpoints } = desired.standing();
  return { ...ruleOf(desired), path, endpoints };
}

/** Whose the resource is, who may use it, and how. */
const ruleOf = ({ row, routing }: Pick<DesiredState, 'row' | 'routing'>) => ({
  kind: row.kind,
  name: row.name,
  resourceId: row.id,
  generation: row.generation,
  createdBy: row.createdBy,
  requiredRoles: row.spec.requiredRoles,
  ...(row.tenant !== DEFAULT_TENANT && { tenant: row.tenant }),
  ...routing,
});

/**
 * The route with its version and its definition, if it has one.
 * @param run that writes it
 * @param documented what the document at the server says, if the tool has one there
 */
export const publicationOf = (
  { row, definition }: DesiredState,
  route: PublishedRoute,
  run: number,
  documented?: Documented,
): VersionedRoute => ({
  route,
  ...((documented ?? definition) && { definition: documented?.definition ?? definition }),
  version: { ...row, run },
});

export interface RestoreParts {
  kinds: readonly ManagedKind[];
  runtime: Runtime;
  routes: RoutePublisher;
  now: () => Date;
  log: Logger;
}

/**
 * Writes every route when Redis has lost them, and resolves to whether it did. Until then readers keep their last table; an
 * incomplete set would look like resources that were removed. A route that a newer run has published stays. The caller has
 * to queue all names afterwards, for what changed while the set was read.
 */
export function routeRestorer({ kinds, runtime, routes, now, log }: RestoreParts): () => Promise<boolean> {
  async function routeFor({ kind, find }: ManagedKind, name: string, run: number): Promise<VersionedRoute[]> {
    const desired = await find(name);
    if (!desired || desired.row.deletedAt) return [];
    const published = async (route: PublishedRoute) => [
      publicationOf(desired, route, run, await desired.documented?.(route.endpoints)),
    ];
    if (!desired.workload) return published(standingRoute(desired));
    const ref: ResourceRef = { kind, name };
    const seen = await runtime.observe(ref);
    if (seen.resourceId !== null && seen.resourceId !== desired.row.id) return [];
    const { phase } = observedStatus(desired, seen, now());
    return published(routeOf(desired, seen, phase));
  }

  return async () => {
    if (await routes.isComplete()) return false;
    const run = await routes.beginRun();
    const names = await Promise.all(kinds.map(async (kind) => ({ kind, names: await kind.rows.names() })));
    const found = await Promise.allSettled(
      names.flatMap(({ kind, names: each }) => each.map((name) => routeFor(kind, name, run))),
    );
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
