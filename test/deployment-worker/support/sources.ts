// The worker is a program, not a package, so tests across packages reach its sources by path; here only.
export { composeWorker } from '../../../services/deployment-worker/src/compose.js';
export { adapterReconciler } from '../../../services/deployment-worker/src/reconcile.js';
export { routeRestorer } from '../../../services/deployment-worker/src/restore-routes.js';
