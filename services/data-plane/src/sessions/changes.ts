import type { RedisClient } from '@mcp-gateway/common/redis';

export interface SessionChanges {
  /** Counts what was heard: a record that was asked for before the last of it may be out of date. */
  heard(): number;
  close(): void;
}

/**
 * Tells of every session that any data plane has moved or the API has closed, and with `undefined` that changes may have
 * been missed.
 */
export function followSessionChanges(
  redis: RedisClient,
  channel: string,
  tell: (id: string | undefined) => void,
): SessionChanges {
  let heard = 0;
  const changed = (id?: string) => {
    heard += 1;
    tell(id);
  };
  const subscriber = redis.duplicate();
  subscriber.on('error', () => {}); // the command connection logs the outage
  subscriber.on('ready', () => changed());
  subscriber
    .connect()
    .then(() => subscriber.subscribe(channel, (id) => changed(id)))
    .catch(() => {});
  return {
    heard: () => heard,
    close() {
      if (subscriber.isOpen) subscriber.destroy();
    },
  };
}
