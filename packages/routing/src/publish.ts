import type { PublishedRoute } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { ALL_ROUTES, routeKeys } from './keys.js';

export interface RoutePublisher {
  /** Writes the route and tells the readers, unless it stands there already. */
  publish(route: PublishedRoute): Promise<void>;
  withdraw(name: string): Promise<void>;
  /** Makes Redis hold exactly these routes, and says that it is complete. */
  publishAll(routes: readonly PublishedRoute[]): Promise<void>;
  isComplete(): Promise<boolean>;
  names(): Promise<string[]>;
}

export function routePublisher(redis: RedisClient, prefix: string): RoutePublisher {
  const keys = routeKeys(prefix);
  return {
    async publish(route) {
      const wanted = JSON.stringify(route);
      if ((await redis.hGet(keys.routes, route.name)) === wanted) return;
      await redis.multi().hSet(keys.routes, route.name, wanted).publish(keys.changed, route.name).exec();
    },
    async withdraw(name) {
      if ((await redis.hDel(keys.routes, name)) > 0) await redis.publish(keys.changed, name);
    },
    async publishAll(routes) {
      const transaction = redis.multi().del(keys.routes);
      for (const route of routes) transaction.hSet(keys.routes, route.name, JSON.stringify(route));
      await transaction.set(keys.complete, '1').publish(keys.changed, ALL_ROUTES).exec();
    },
    names: () => redis.hKeys(keys.routes),
    async isComplete() {
      return (await redis.exists(keys.complete)) === 1;
    },
  };
}
