import { adapterRef, type ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';
import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RoutePublisher } from '@mcp-gateway/routing';
import type { Observation, Runtime } from '@mcp-gateway/runtime';
import { nameInUse, runtimeUnavailable } from './conditions.js';
import { desiredState, type DesiredState, plan } from './plan.js';
import { observedStatus } from './observed-status.js';
import { routeOf } from './routes.js';

export interface ReconcileParts {
  rows: AdapterRows;
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
 * Brings one adapter a step closer to its row. May run at any time, any number of times, and ends the same. A run may outlive
 * its lock: each of its writes names the row and the run that it is of, and the run stops when a newer one has written.
 */
export function adapterReconciler(parts: ReconcileParts): (name: string) => Promise<void> {
  const { rows, runtime, routes, log } = parts;
  return async (name) => {
    const run = await routes.beginRun(); // before the row is read: a later run has seen a row that is as new
    const row = await rows.find(name);
    const desired = row && desiredState(row);
    const seen = await runtime.observe(adapterRef(name)).catch((error: unknown) => saveUnavailable(parts, row, error));
    const step = plan(desired, seen);
    log.debug({ kind: 'adapter', name, step, generation: row?.generation, run }, 'reconcile');
    const isCurrent = await take(step, parts, { name, run, desired, seen });
    if (!isCurrent)
      log.debug({ kind: 'adapter', name, step, generation: row?.generation, run }, 'a newer run has taken over');
  };
}

interface Run {
  name: string;
  run: number;
  desired: DesiredState | null;
  seen: Observation;
}

/** False when a newer run was found to have written. */
async function take(step: ReturnType<typeof plan>, parts: ReconcileParts, current: Run): Promise<boolean> {
  const { rows, runtime } = parts;
  const { name, run, desired, seen } = current;
  switch (step) {
    case 'apply': {
      const state = desired as DesiredState;
      await runtime.apply(state).catch((error: unknown) => saveUnavailable(parts, state.row, error));
      return report(parts, state, run);
    }
    case 'report':
      return report(parts, desired as DesiredState, run);
    case 'remove':
      // The route first, so that no request is sent to a workload that is about to end.
      if (!(await withdraw(parts, current))) return false;
      await runtime.remove(adapterRef(name));
      return saveNameInUse(parts, desired, await runtime.observe(adapterRef(name)));
    case 'wait':
      return saveNameInUse(parts, desired, seen);
    case 'purge':
      return (await withdraw(parts, current)) && rows.purge((desired as DesiredState).row);
    case 'forget':
      return withdraw(parts, current);
    default:
      return unreachable(step);
  }
}

async function report({ rows, runtime, routes, now }: ReconcileParts, desired: DesiredState, run: number) {
  const { row } = desired;
  const seen = await runtime.observe(adapterRef(row.name));
  const status = observedStatus(desired, seen, now());
  const route = routeOf(desired, seen, status.phase);
  return (await routes.publish({ route, version: { ...row, run } })) && rows.saveStatus(row, status);
}

async function withdraw({ rows, routes }: ReconcileParts, { name, run, desired }: Run): Promise<boolean> {
  if (desired) return routes.withdraw(adapterRef(name), { ...desired.row, run });
  // Without a row there is nothing to compare with but the route itself. If there is no row even after it has been published,
  // its resource is gone for good.
  const standing = await routes.standing(adapterRef(name));
  if (standing === null) return true;
  return (await rows.find(name)) === null && routes.withdraw(adapterRef(name), standing);
}

/** Saves that the runtime does not answer. The last status stays, and the change still waits to be acted on. */
async function saveUnavailable({ rows, now }: ReconcileParts, row: AdapterRow | null, error: unknown): Promise<never> {
  if (row && !row.deletedAt && error instanceof GatewayError && error.code === 'UNAVAILABLE') {
    await rows.saveConditions(row, runtimeUnavailable(row.conditions, error.detail ?? error.title, now()));
  }
  throw error;
}

/** Saves that a new adapter waits for an earlier one of its name. */
async function saveNameInUse({ rows, now }: ReconcileParts, desired: DesiredState | null, seen: Observation) {
  if (!desired || desired.row.deletedAt) return true;
  const { row } = desired;
  const conditions = nameInUse(row.conditions, seen, now());
  const isSaved = row.conditions.some(({ message }) => message === conditions[0]?.message);
  return isSaved || rows.saveConditions(row, conditions);
}
