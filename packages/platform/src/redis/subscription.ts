import type { RedisClient } from './client.js';

export interface Subscription {
  close(): void;
}

const RETRY_MS = 1_000;

/**
 * Hears channels on a connection of its own, whenever Redis is there. `onHearing` runs each time that it begins to hear them:
 * what was said before may have been missed.
 */
export function subscription(
  redis: RedisClient,
  channels: Record<string, (text: string) => void>,
  onHearing: () => void,
): Subscription {
  const subscriber = redis.duplicate();
  subscriber.on('error', () => {}); // the command connection logs the outage

  // On every connection: what was being subscribed to when the last one broke is forgotten. What is heard already stays as it is.
  async function subscribe() {
    const asked = Object.entries(channels).map(([channel, hear]) => subscriber.subscribe(channel, hear));
    const failed = (await Promise.allSettled(asked)).some(({ status }) => status === 'rejected');
    if (failed) setTimeout(() => void (subscriber.isReady && subscribe()), RETRY_MS).unref();
    onHearing();
  }
  subscriber.on('ready', () => void subscribe());
  void subscriber.connect().catch(() => {}); // reconnects by itself

  return {
    close() {
      if (subscriber.isOpen) subscriber.destroy();
    },
  };
}
