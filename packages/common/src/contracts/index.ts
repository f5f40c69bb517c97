export { AdapterBody, AdapterRequest, AdapterResource, AdapterSpec, ResourceName, SessionLimits } from './adapter.js';
export { SecretEnvironment } from './environment.js';
export { imageReference } from './image.js';
export { Problem } from './problem.js';
export { adapterRef, resourceKey, ResourceKind, type ResourceRef } from './resource.js';
export { Route, type Endpoint, type PublishedEndpoint, type PublishedRoute } from './route.js';
export { SESSION_LIMITS, SessionResource } from './session.js';
export { AdapterStatus, Condition, Phase, ReplicaStatus } from './status.js';
