import { GatewayError, unreachable } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RoutePublisher } from '@mcp-gateway/routing';
import type { AdapterRow, AdapterRows } from '@mcp-gateway/database';
import type { Observation, Runtime } from '@mcp-gateway/runtime';
import { plan } from './plan.js';
import { routeOf } from './route-of.js';
import { observedStatus } from './observed-status.js';
import { nameInUse, runtimeUnavailable } from './conditions.js';
import { workloadOf } from './desired.js';

export interface ReconcileParts {
  rows: AdapterRows;
  runtime: Runtime;
  routes: RoutePublisher;
  now: () => Date;
  log: Logger;
}

/** Brings one adapter a step closer to its row. May run at any time, any number of times, and ends the same. */
export function reconciler({ rows, runtime, routes, now, log }: ReconcileParts): (name: string) => Promise<void> {
  async function report(row: AdapterRow) {
    const seen = await runtime.observe(row.name);
    await routes.publish(routeOf(row, seen));
    await rows.saveStatus(row, observedStatus(row, seen, now()));
  }

  /** Why nothing can be said of it; what was seen before stays, and the change goes on waiting to be acted on. */
  async function reportUnavailable(row: AdapterRow | null, error: unknown): Promise<never> {
    if (row && !row.deletedAt && error instanceof GatewayError && error.code === 'UNAVAILABLE') {
      await rows.saveConditions(row, runtimeUnavailable(row.conditions, error.detail ?? error.title, now()));
    }
    throw error;
  }

  /** A new adapter has to wait for what it cannot see. */
  async function reportNameInUse(row: AdapterRow | null, seen: Observation) {
    if (!row || row.deletedAt) return;
    const conditions = nameInUse(row.conditions, seen, now());
    const said = row.conditions.some(({ message }) => message === conditions[0]?.message);
    if (!said) await rows.saveConditions(row, conditions);
  }

  return async (name) => {
    const row = await rows.find(name);
    const seen = await runtime.observe(name).catch((error: unknown) => reportUnavailable(row, error));
    const step = plan(row, seen);
    log.debug({ name, step, generation: row?.generation }, 'reconcile');
    switch (step) {
      case 'apply':
        await runtime.apply(workloadOf(row as AdapterRow)).catch((error: unknown) => reportUnavailable(row, error));
        return report(row as AdapterRow);
      case 'report':
        return report(row as AdapterRow);
      case 'remove':
        await routes.withdraw(name); // first, so that nobody is sent to what is about to end
        await runtime.remove(name);
        return reportNameInUse(row, await runtime.observe(name));
      case 'wait':
        return reportNameInUse(row, seen);
      case 'purge':
        await routes.withdraw(name);
        await rows.purge(row as AdapterRow);
        return;
      case 'forget':
        return routes.withdraw(name);
      default:
        return unreachable(step);
    }
  };
}
