// The data plane is a program, not a package, so its parts are reached by path; here only.
export { createBalancer } from '../../../services/data-plane/src/balance/balancer.js';
export { createEndpointWaits } from '../../../services/data-plane/src/balance/wait-for-endpoint.js';
export { dataPlaneFields } from '../../../services/data-plane/src/config.js';
export { dataPlaneMetrics } from '../../../services/data-plane/src/metrics/data-plane-metrics.js';
export { forwardedBy } from '../../../services/data-plane/src/forwarded.js';
export { surviveStreamErrors } from '../../../services/data-plane/src/http2/survive-stream-errors.js';
export { createManagementApp } from '../../../services/data-plane/src/management.js';
export { createPipeline } from '../../../services/data-plane/src/pipeline.js';
export { createRecovery } from '../../../services/data-plane/src/recovery/recover.js';
export { referencesFor } from '../../../services/data-plane/src/reference.js';
export { createDataPlaneServer, type Wire } from '../../../services/data-plane/src/server.js';
export { sessionStore, type SessionStore } from '../../../services/data-plane/src/sessions/store.js';
export { createUpstreams, type Upstreams } from '../../../services/data-plane/src/upstreams.js';
export { readTlsFiles } from '../../../services/data-plane/src/tls-files.js';
