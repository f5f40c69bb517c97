// The data plane is a program, not a package, so tests reach its parts by path; only here.
export { composeDataPlane, type DataPlaneSettings } from '../../../services/data-plane/src/compose.js';
export { dataPlaneFields, identityKeysFault } from '../../../services/data-plane/src/config.js';
export { surviveStreamErrors } from '../../../services/data-plane/src/server/http2/survive-stream-errors.js';
export { createDataPlaneServer, type Wire } from '../../../services/data-plane/src/server/server.js';
export { type SessionStore } from '../../../services/data-plane/src/sessions/store.js';
export { type Upstreams } from '../../../services/data-plane/src/upstream/pools.js';
export { controlPlaneAgent, followControlPlaneTls } from '@mcp-gateway/credentials';
