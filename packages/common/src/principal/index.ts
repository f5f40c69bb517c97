export { canRead, canWrite, normalizeRole, hasAnyRole, isAdmin, type AccessPolicy } from './permissions.js';
export type { Principal } from './principal.js';
