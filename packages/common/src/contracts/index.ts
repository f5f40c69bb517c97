export { AdapterResource, AdapterSpec, ResourceName, SessionLimits } from './adapter.js';
export { SecretEnvironment } from './environment.js';
export { Problem } from './problem.js';
export { Endpoint, Route } from './route.js';
export { SessionResource } from './session.js';
export { AdapterStatus, Condition, Phase, ReplicaStatus } from './status.js';
