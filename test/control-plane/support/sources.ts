// The control plane is a program, not a package, so its parts are reached by path; here only.
export { composeControlPlane, type ControlPlane as Composed } from '../../../services/control-plane/src/compose.js';
export { sessionService, type SessionService } from '../../../services/control-plane/src/sessions/service.js';
export { openApiDocument } from '../../../services/control-plane/src/openapi/document.js';
