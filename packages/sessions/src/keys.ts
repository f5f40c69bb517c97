import { createHash } from 'node:crypto';

/** Where sessions live in Redis. */
export const sessionKeys = (prefix: string) => ({
  /** Hash: what is known of one session; see record.ts. */
  record: (id: string) => `${prefix}:session:${id}`,
  /** Sorted set: the open sessions of an adapter, each with when it was last used, in seconds since the epoch. */
  ofAdapter: (adapterId: string) => `${prefix}:sessions:adapter:${adapterId}`,
  /** Sorted set: the same sessions, each with when it was opened. */
  openedOf: (adapterId: string) => `${prefix}:sessions:opened:${adapterId}`,
  /** Sorted set: of the same sessions those that are streams of the older HTTP transport, each with when it was last seen open. */
  streamsOf: (adapterId: string) => `${prefix}:sessions:streams:${adapterId}`,
  /** As `ofAdapter`, for one caller of the adapter. A subject may be any text of any length, so its hash stands for it. */
  ofCaller: (adapterId: string, caller: string) =>
    `${prefix}:sessions:caller:${adapterId}:${createHash('sha256').update(caller).digest('base64url')}`,
  /** String: who moves the session now. */
  moving: (id: string) => `${prefix}:sessions:moving:${id}`,
  /** Channel: what became of a session; see change.ts. */
  changed: `${prefix}:sessions:changed`,
  /** Channel: data planes ask each other whether they have calls of a session under way. */
  calls: `${prefix}:sessions:calls`,
  /** List: sessions of servers that have ended here, and that the servers have not been told of yet. */
  terminations: `${prefix}:sessions:terminations`,
  /** Channel: there is something in the list. */
  termination: `${prefix}:sessions:termination`,
});
