/** Where routes live in Redis. */
export const routeKeys = (prefix: string) => ({
  /** Hash: adapter name → Route as JSON. */
  routes: `${prefix}:routes`,
  /** Hash: adapter name → version that was published, or withdrawn, last. */
  versions: `${prefix}:routes:versions`,
  /** Sorted set: names whose route was withdrawn, each with when, in milliseconds since the epoch. */
  withdrawn: `${prefix}:routes:withdrawn`,
  /** Number: runs that have begun. */
  runs: `${prefix}:routes:runs`,
  /** Set once every route has been written since Redis was empty. Without it a missing route means nothing. */
  complete: `${prefix}:routes:complete`,
  /** Channel: the adapter name that changed, or `*`. */
  changed: `${prefix}:routes:changed`,
});
export const ALL_ROUTES = '*';
