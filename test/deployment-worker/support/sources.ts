// The worker is a program, not a package. Only this file imports its parts by path.
export { composeWorker } from '../../../services/deployment-worker/src/compose.js';
export { documents } from '../../../services/deployment-worker/src/documents/documents.js';
export { adapterKind, toolsetKind } from '../../../services/deployment-worker/src/kinds.js';
export { reconciler } from '../../../services/deployment-worker/src/reconcile.js';
export { routeRestorer } from '../../../services/deployment-worker/src/routes.js';
export { remoteServers } from '../../../services/deployment-worker/src/remote/remote-servers.js';
export { toolKind } from '../../../services/deployment-worker/src/tool-kind.js';
