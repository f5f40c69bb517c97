import { type RedisClient, subscription } from '@mcp-gateway/platform/redis';
import { readChange, type SessionChange } from '@mcp-gateway/sessions';

export interface SessionChanges {
  /** Counts what was heard: a record that was asked for before the last of it may be out of date. */
  heard(): number;
  /** Resolves when changes are heard for the first time. */
  hearing: Promise<void>;
  close(): void;
}

/**
 * Tells of every session that any data plane has moved or the API has closed, and with `undefined` that changes may have
 * been missed; that there may be servers that have to be told of the end of a session; and what data planes ask each other.
 */
export function followSessionChanges(
  redis: RedisClient,
  channels: { changed: string; termination: string; calls: string },
  on: { changed: (change: SessionChange | undefined) => void; termination: () => void; calls: (text: string) => void },
): SessionChanges {
  let heard = 0;
  const changed = (change?: SessionChange) => {
    heard += 1;
    on.changed(change);
  };
  const channelsHeard = {
    [channels.changed]: (text: string) => changed(readChange(text)),
    [channels.termination]: () => on.termination(),
  };
  const { promise: hearing, resolve } = Promise.withResolvers<void>();
  const onSubscribed = () => {
    resolve();
    changed();
    on.termination();
  };
  const counted = { [channels.calls]: (text: string) => on.calls(text) };
  const { close } = subscription(redis, channelsHeard, onSubscribed, { counted });
  return { heard: () => heard, hearing, close };
}
