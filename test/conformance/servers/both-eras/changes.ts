import { InMemoryServerEventBus, type ServerEvent, type ServerEventBus } from '@modelcontextprotocol/server';
import { createClient } from 'redis';

export type Changes = ServerEventBus;

const CHANNEL = 'conformance:changes';

/**
 * Notifies every subscription of a change, on any replica. A modern request may arrive at any replica, so replicas notify
 * each other through the Redis at the URL; a single replica needs none.
 */
export async function changesOf(redisUrl: string | undefined): Promise<Changes> {
  const local = new InMemoryServerEventBus();
  if (redisUrl === undefined) return local;
  const publisher = await createClient({ url: redisUrl }).connect();
  const subscriber = await publisher.duplicate().connect();
  await subscriber.subscribe(CHANNEL, (text) => local.publish(JSON.parse(text) as ServerEvent));
  return {
    publish: (event) => void publisher.publish(CHANNEL, JSON.stringify(event)),
    subscribe: (listener) => local.subscribe(listener),
  };
}
