// The control plane is a program, not a package, so its parts are reached by path; here only.
export { adapterService } from '../../../services/control-plane/src/adapters/service.js';
export { createApp } from '../../../services/control-plane/src/app.js';
export { sessionService, type SessionService } from '../../../services/control-plane/src/sessions/service.js';
export { openApiDocument } from '../../../services/control-plane/src/openapi/document.js';
