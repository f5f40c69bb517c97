// The data plane is a program, not a package, so its parts are reached by path; here only.
export { createBalancer } from '../../../services/data-plane/src/upstream/balancer/balancer.js';
export { createEndpointWaits } from '../../../services/data-plane/src/upstream/balancer/wait-for-endpoint.js';
export { dataPlaneFields } from '../../../services/data-plane/src/config.js';
export { dataPlaneMetrics } from '../../../services/data-plane/src/metrics/data-plane-metrics.js';
export { forwardedBy } from '../../../services/data-plane/src/request/forwarded.js';
export { surviveStreamErrors } from '../../../services/data-plane/src/server/http2/survive-stream-errors.js';
export { createManagementApp } from '../../../services/data-plane/src/management/app.js';
export { createPipeline } from '../../../services/data-plane/src/pipeline/pipeline.js';
export { createRelocator } from '../../../services/data-plane/src/sessions/relocate/relocator.js';
export { referencesFor } from '../../../services/data-plane/src/request/reference.js';
export { createDataPlaneServer, type Wire } from '../../../services/data-plane/src/server/server.js';
export { sessionStore, type SessionStore } from '../../../services/data-plane/src/sessions/store.js';
export { createUpstreams, type Upstreams } from '../../../services/data-plane/src/upstream/pools.js';
export { readTlsFiles } from '../../../services/data-plane/src/server/tls-files.js';
