import type { RedisClient } from '@mcp-gateway/common/redis';

export interface SessionChanges {
  /** Counts what was heard: a record that was asked for before the last of it may be out of date. */
  heard(): number;
  close(): void;
}

/**
 * Tells of every session that any data plane has moved or the API has closed, and with `undefined` that changes may have
 * been missed; that there may be servers that have to be told of the end of a session; and what data planes ask each other.
 */
export function followSessionChanges(
  redis: RedisClient,
  channels: { changed: string; farewell: string; calls: string },
  tell: { changed: (id: string | undefined) => void; farewell: () => void; calls: (text: string) => void },
): SessionChanges {
  let heard = 0;
  const changed = (id?: string) => {
    heard += 1;
    tell.changed(id);
  };
  const subscriber = redis.duplicate();
  subscriber.on('error', () => {}); // the command connection logs the outage
  subscriber.on('ready', () => {
    changed();
    tell.farewell();
  });
  subscriber
    .connect()
    .then(async () => {
      await subscriber.subscribe(channels.changed, (id) => changed(id));
      await subscriber.subscribe(channels.farewell, () => tell.farewell());
      await subscriber.subscribe(channels.calls, (text) => tell.calls(text));
    })
    .catch(() => {});
  return {
    heard: () => heard,
    close() {
      if (subscriber.isOpen) subscriber.destroy();
    },
  };
}
