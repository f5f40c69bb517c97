export { canRead, canWrite, foldRole, holdsAny, isAdmin, type Guarded } from './permissions.js';
export type { Principal } from './principal.js';
