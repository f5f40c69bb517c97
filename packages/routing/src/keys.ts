/** Where routes live in Redis. */
export const routeKeys = (prefix: string) => ({
  /** Hash: adapter name → Route as JSON. */
  routes: `${prefix}:routes`,
  /** Set once every route has been written since Redis was empty. Without it a missing route means nothing. */
  complete: `${prefix}:routes:complete`,
  /** Channel: the adapter name that changed, or `*`. */
  changed: `${prefix}:routes:changed`,
});
export const ALL_ROUTES = '*';
