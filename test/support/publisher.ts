import type { PublishedRoute, ResourceRef } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { routePublisher } from '@mcp-gateway/routing';

/** A publisher whose last call counts, whatever the generation: each call is a new run of the same resource. */
export function latestRunPublisher(redis: RedisClient, prefix: string) {
  const publisher = routePublisher(redis, prefix);
  const version = async () => ({ createdAt: new Date(0), generation: 0, run: await publisher.beginRun() });
  return {
    async publish(route: PublishedRoute) {
      await publisher.publish({ route, version: await version() });
    },
    async withdraw(ref: ResourceRef) {
      await publisher.withdraw(ref, await version());
    },
    async publishAll(routes: readonly PublishedRoute[]) {
      const latest = await version();
      await publisher.publishAll(
        routes.map((route) => ({ route, version: latest })),
        latest.run,
      );
    },
    isComplete: publisher.isComplete,
  };
}
