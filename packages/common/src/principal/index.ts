export {
  canRead,
  canWrite,
  hasAnyRole,
  isAdmin,
  normalizeRole,
  type AccessPolicy,
  type Principal,
} from './permissions.js';
