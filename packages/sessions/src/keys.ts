import { createHash } from 'node:crypto';
import type { ResourceKind } from '@mcp-gateway/common/contracts';

/** The resource that sessions are of. A name may be taken again; the id of a resource is never. */
export interface SessionOwner {
  kind: ResourceKind;
  resourceId: string;
}

/**
 * Where sessions live in Redis. All keys of one resource have one hash tag, and so one slot of a cluster, because scripts touch
 * a record together with its indexes. Sessions of different resources spread over the nodes.
 */
export const sessionKeys = (prefix: string) => {
  const of = ({ kind, resourceId }: SessionOwner) => `{${prefix}:${kind}/${resourceId}}`;
  return {
    /** Hash: the record of one session; see record.ts. */
    record: (owner: SessionOwner, id: string) => `${of(owner)}:session:${id}`,
    /** String: the data plane that moves the session now. */
    moving: (owner: SessionOwner, id: string) => `${of(owner)}:moving:${id}`,
    /** Sorted set: the open sessions of a resource, each with when it was last used, in seconds since the epoch. */
    used: (owner: SessionOwner) => `${of(owner)}:sessions:used`,
    /** Sorted set: the same sessions, each with when it was opened. */
    opened: (owner: SessionOwner) => `${of(owner)}:sessions:opened`,
    /** Sorted set: the streams of the older HTTP transport among them, each with when it was last seen open. */
    streams: (owner: SessionOwner) => `${of(owner)}:sessions:streams`,
    /** As `used`, for one caller. A subject may be any text of any length, so its hash stands for it. */
    usedBy: (owner: SessionOwner, caller: string) =>
      `${of(owner)}:sessions:caller:${createHash('sha256').update(caller).digest('base64url')}`,
    /** Sorted set: the open sessions of a tenant whose sessions are limited, each with when it can be open no longer. */
    ofTenant: (tenant: string) => `{${prefix}:tenant/${tenant}}:sessions`,
    /** Channel: sessions that moved or ended; see scripts.ts. */
    changed: `${prefix}:sessions:changed`,
    /** Channel: idle queries and their answers. */
    calls: `${prefix}:sessions:calls`,
    /** List: sessions that have ended and whose servers do not know of it yet. */
    terminations: `{${prefix}:terminations}`,
    /** Channel: the list has got an entry. */
    termination: `${prefix}:sessions:termination`,
  };
};
