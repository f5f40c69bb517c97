import { type RedisClient, subscription } from '@mcp-gateway/platform/redis';
import { readChange, type SessionChange } from '@mcp-gateway/sessions';

export interface SessionChanges {
  /** The number of changes received: a record that was requested before the last of them may be out of date. */
  heard(): number;
  /** Resolves when the subscription is active for the first time. */
  hearing: Promise<void>;
  close(): void;
}

/**
 * Reports every session that a data plane has relocated or the API has closed, and `undefined` when changes may have
 * been missed. Also reports pending session terminations and the idle queries between data planes.
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
