import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RoutePublisher } from '@mcp-gateway/routing';
import type { AdapterRows } from '@mcp-gateway/database';
import type { Runtime } from '@mcp-gateway/runtime';
import { routeOf } from './route-of.js';

export interface RestoreParts {
  rows: AdapterRows;
  runtime: Runtime;
  routes: RoutePublisher;
  log: Logger;
}

/**
 * Writes every route when Redis has lost them, and says whether it did. Until then readers keep what they have; an
 * incomplete set would look to them like adapters that were removed. What a reconcile wrote in between may be
 * overwritten by what was read before, so whoever calls has to queue all names afterwards.
 */
export function routeRestorer({ rows, runtime, routes, log }: RestoreParts): () => Promise<boolean> {
  async function routeFor(name: string): Promise<PublishedRoute[]> {
    const row = await rows.find(name);
    if (!row || row.deletedAt) return [];
    const seen = await runtime.observe({ kind: 'adapter', name });
    return seen.resourceId === null || seen.resourceId === row.id ? [routeOf(row, seen)] : [];
  }

  return async () => {
    if (await routes.isComplete()) return false;
    const found = await Promise.allSettled((await rows.names()).map(routeFor));
    const reasons = found.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
    // One row that cannot be read must not keep all the others from being routed to; an outage must, however short.
    const outage = reasons.find((reason) => reason instanceof GatewayError && reason.code === 'UNAVAILABLE');
    const [first] = reasons;
    if (outage) throw outage;
    if (first && reasons.length === found.length) throw first;
    for (const err of reasons) log.error({ err }, 'a route could not be restored');
    await routes.publishAll(found.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])));
    return true;
  };
}
