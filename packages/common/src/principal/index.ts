export {
  canRead,
  canWrite,
  hasAnyRole,
  hasExpired,
  isAdmin,
  normalizeRole,
  type AccessPolicy,
  type Principal,
} from './permissions.js';
