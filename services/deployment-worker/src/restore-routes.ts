import type { RoutePublisher } from '@mcp-gateway/common/routes';
import type { AdapterRows } from '@mcp-gateway/database';
import type { Runtime } from '@mcp-gateway/runtime';
import { routeOf } from './route-of.js';

/**
 * Writes every route when Redis has lost them. Until then readers keep what they have; an incomplete set would look
 * to them like adapters that were removed.
 */
export function routeRestorer({
  rows,
  runtime,
  routes,
}: {
  rows: AdapterRows;
  runtime: Runtime;
  routes: RoutePublisher;
}) {
  return async (): Promise<void> => {
    if (await routes.isComplete()) return;
    const live = (await Promise.all((await rows.names()).map((name) => rows.find(name)))).filter((row) => row !== null);
    const current = live.filter(({ deletedAt }) => deletedAt === null);
    await routes.publishAll(
      await Promise.all(current.map(async (row) => routeOf(row, await runtime.observe(row.name)))),
    );
  };
}
