import { ResourceKind, type ResourceRef } from '@mcp-gateway/common/contracts';

/** Where routes live in Redis. All keys have one hash tag, and so one slot of a cluster, because scripts touch them together. */
export const routeKeys = (prefix: string) => ({
  /** Hash: `kind/name` → Route as JSON. */
  routes: `{${prefix}:routes}`,
  /** Hash: `kind/name` → version that was published, or withdrawn, last. */
  versions: `{${prefix}:routes}:versions`,
  /** Sorted set: `kind/name` of each route that was withdrawn, with when, in milliseconds since the epoch. */
  withdrawn: `{${prefix}:routes}:withdrawn`,
  /** Number: runs that have begun. */
  runs: `{${prefix}:routes}:runs`,
  /** Set once every route has been written since Redis was empty. Without it a missing route means nothing. */
  complete: `{${prefix}:routes}:complete`,
  /** Channel: the `kind/name` that changed, or `*`. */
  changed: `${prefix}:routes:changed`,
});
export const ALL_ROUTES = '*';

/** The opposite of `resourceKey`; undefined for a text that is none, such as one of a later version. */
export function refIn(key: string): ResourceRef | undefined {
  const slash = key.indexOf('/');
  const kind = ResourceKind.safeParse(key.slice(0, slash));
  return kind.success ? { kind: kind.data, name: key.slice(slash + 1) } : undefined;
}
