// The worker is a program, not a package, so its half of the queue is reached by path; here only.
export { consume } from '../../../services/deployment-worker/src/consume.js';
