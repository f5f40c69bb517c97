import type { ResourceKind, ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RoutePublisher } from '@mcp-gateway/routing';
import type { Observation, Runtime } from '@mcp-gateway/runtime';
import { nameInUse, runtimeUnavailable } from './conditions.js';
import type { ManagedKind } from './kinds.js';
import { type DesiredState, plan, type ReplicatedState, type UnreplicatedState } from './plan.js';
import { observedStatus, standingStatus, withDefinition } from './observed-status.js';
import { publicationOf, routeOf, standingRoute } from './routes.js';

export interface ReconcileParts {
  kind: ManagedKind;
  runtime: Runtime;
  routes: RoutePublisher;
  now: () => Date;
  log: Logger;
}

/**
 * Reconciles each resource with the reconciler of its kind. A resource of a kind without one, which another version of the worker
 * has queued, is left alone.
 */
export function reconcilers(
  byKind: Partial<Record<ResourceKind, (name: string) => Promise<void>>>,
  log: Logger,
): (ref: ResourceRef) => Promise<void> {
  return async ({ kind, name }) => {
    const reconcile = byKind[kind];
    if (reconcile) return reconcile(name);
    log.debug({ kind, name }, 'this worker reconciles no resources of the kind');
  };
}

/**
 * Brings one resource of a kind a step closer to its row. May run at any time, any number of times, and ends the same. A run may
 * outlive its lock: each of its writes names the row and the run that it is of, and the run stops when a newer one has written.
 */
export function reconciler(parts: ReconcileParts): (name: string) => Promise<void> {
  const { kind: of, runtime, routes, log } = parts;
  return async (name) => {
    const ref = { kind: of.kind, name };
    const run = await routes.beginRun(); // before the row is read: a later run has seen a row that is as new
    const desired = await of.find(name);
    if (desired && !desired.workload && desired.row.deletedAt === null) return reportStanding(parts, desired, run);
    const seen = await runtime.observe(ref).catch((error: unknown) => saveUnavailable(parts, desired, error));
    const step = plan(desired, seen);
    const what = { ...ref, step, generation: desired?.row.generation, run };
    log.debug(what, 'reconcile');
    const isCurrent = await take(step, parts, { ref, run, desired, seen });
    if (!isCurrent) log.debug(what, 'a newer run has taken over');
  };
}

interface Run {
  ref: ResourceRef;
  run: number;
  desired: DesiredState | null;
  seen: Observation;
}

/** False when a newer run was found to have written. */
async function take(step: ReturnType<typeof plan>, parts: ReconcileParts, current: Run): Promise<boolean> {
  const { kind, runtime } = parts;
  const { ref, run, desired, seen } = current;
  switch (step) {
    case 'apply': {
      const state = desired as ReplicatedState;
      await runtime.apply(state).catch((error: unknown) => saveUnavailable(parts, state, error));
      return report(parts, state, run);
    }
    case 'report':
      return report(parts, desired as ReplicatedState, run);
    case 'remove':
      // The route first, so that no request is sent to a workload that is about to end.
      if (!(await withdraw(parts, current))) return false;
      await runtime.remove(ref);
      return saveNameInUse(parts, desired, await runtime.observe(ref));
    case 'wait':
      return saveNameInUse(parts, desired, seen);
    case 'purge':
      return (await withdraw(parts, current)) && kind.rows.purge((desired as DesiredState).row);
    case 'forget':
      return withdraw(parts, current);
    default:
      return unreachable(step);
  }
}

async function report({ kind, runtime, routes, now }: ReconcileParts, desired: ReplicatedState, run: number) {
  const { row } = desired;
  const seen = await runtime.observe(row);
  const status = observedStatus(desired, seen, now());
  const route = routeOf(desired, seen, status.phase);
  const documented = await desired.documented?.(route.endpoints);
  const isCurrent = await routes.publish(publicationOf(desired, route, run, documented));
  return isCurrent && kind.rows.saveStatus(row, withDefinition(status, desired, documented, now()));
}

/**
 * Publishes and saves a resource that runs nothing, whether the runtime answers or not. Then it ends what an earlier spec, or an
 * earlier resource of the name, has left running: the route leads elsewhere by now.
 */
async function reportStanding(parts: ReconcileParts, desired: UnreplicatedState, run: number): Promise<void> {
  const { kind, runtime, routes, now, log } = parts;
  const { row } = desired;
  const what = { kind: row.kind, name: row.name, generation: row.generation, run };
  log.debug({ ...what, step: 'report' }, 'reconcile');
  const route = standingRoute(desired);
  const documented = await desired.documented?.(route.endpoints);
  const published = await routes.publish(publicationOf(desired, route, run, documented));
  const status = withDefinition(standingStatus(desired, now()), desired, documented, now());
  const isCurrent = published && (await kind.rows.saveStatus(row, status));
  if (!isCurrent) return log.debug(what, 'a newer run has taken over');
  const seen = await runtime.observe(row);
  if (seen.exists && !seen.removing) await runtime.remove(row);
}

async function withdraw({ kind, routes }: ReconcileParts, { ref, run, desired }: Run): Promise<boolean> {
  if (desired) return routes.withdraw(ref, { ...desired.row, run });
  // Without a row there is nothing to compare with but the route itself. If there is no row even after it has been published,
  // its resource is gone for good.
  const standing = await routes.standing(ref);
  if (standing === null) return true;
  return (await kind.find(ref.name)) === null && routes.withdraw(ref, standing);
}

/** Saves that the runtime does not answer. The last status stays, and the change still waits to be acted on. */
async function saveUnavailable(
  { kind, now }: ReconcileParts,
  desired: DesiredState | null,
  error: unknown,
): Promise<never> {
  const row = desired?.row;
  if (row && !row.deletedAt && error instanceof GatewayError && error.code === 'UNAVAILABLE') {
    await kind.rows.saveConditions(row, runtimeUnavailable(row.conditions, error.detail ?? error.title, now()));
  }
  throw error;
}

/** Saves that a new resource waits for an earlier one of its name. */
async function saveNameInUse({ kind, now }: ReconcileParts, desired: DesiredState | null, seen: Observation) {
  if (!desired || desired.row.deletedAt) return true;
  const { row } = desired;
  const conditions = nameInUse(row, seen, now());
  const isSaved = row.conditions.some(({ message }) => message === conditions[0]?.message);
  return isSaved || kind.rows.saveConditions(row, conditions);
}
