import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import { announceRouter } from '@mcp-gateway/routing';
import { afterTest } from '../../support/clean-up.js';
import { silent } from '../../support/postgres.js';
import { waitFor } from '../../support/wait.js';
import type { DataPlane, Gateway } from './gateway.js';
import { routeTo, type Upstream } from './upstream.js';

export const SECRET = 'a-secret-that-services-of-one-gateway-share';
/** Options of a gateway whose data planes may call tool routers. */
export const WITH_SECRET = { internalSecrets: () => [SECRET] };

/** Announces a server in place of a tool router, and waits until the data planes know it. */
export async function announce(gateway: Gateway, { endpoint }: Pick<Upstream, 'endpoint'>, others: DataPlane[] = []) {
  const router = announceRouter(gateway.redis, gateway.prefix, endpoint, silent);
  afterTest(() => router.close());
  for (const { routes } of [gateway, ...others]) {
    await waitFor('the tool router to be known', () => routersOf({ routes }).includes(endpoint.id));
  }
  return router;
}

/** The ids of the tool routers that a data plane knows. */
export const routersOf = ({ routes }: Pick<DataPlane, 'routes'>): string[] =>
  routes.get({ kind: 'toolset', name: 'all' })?.endpoints.map(({ id }) => id) ?? [];

/** A toolset as the worker publishes it. */
export const toolset = (name: string, changes: Partial<PublishedRoute> = {}): PublishedRoute => ({
  ...routeTo([], { kind: 'toolset', name, resourceId: `toolset-${name}` }),
  ...changes,
});
