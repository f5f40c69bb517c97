export { developmentSignIn, developmentVerifier } from './development.js';
export { canRead, canWrite, foldRole, holdsAny, isAdmin, type Guarded } from './permissions.js';
export type { Principal, Verifier } from './principal.js';
export { addressIn, refuseReplicas, type CallerCheck } from './refuse-replicas.js';
