// The control plane is a program, not a package. Only this file imports its parts by path.
export { adapterDefinition } from '../../../services/control-plane/src/adapters/definition.js';
export { apiKeySource } from '../../../services/control-plane/src/api-keys/service.js';
export { createApp } from '../../../services/control-plane/src/app.js';
export { drainAudit, type DrainParts } from '../../../services/control-plane/src/audit/drain.js';
export { composeControlPlane, type ControlPlaneParts } from '../../../services/control-plane/src/compose.js';
export { openApiDocument } from '../../../services/control-plane/src/openapi/document.js';
export type { Representation, ResourceDefinition } from '../../../services/control-plane/src/resources/definition.js';
export { logRoutes, resourceRoutes } from '../../../services/control-plane/src/resources/routes.js';
export { resourceService } from '../../../services/control-plane/src/resources/service.js';
export { workloadIdentityRule } from '../../../services/control-plane/src/resources/workload-identity.js';
export { toolDefinition } from '../../../services/control-plane/src/tools/definition.js';
export { sessionService, type SessionService } from '../../../services/control-plane/src/sessions/service.js';
