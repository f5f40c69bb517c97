// The worker is a program, not a package. Only this file imports its half of the queue by path.
export { consume } from '../../../services/deployment-worker/src/consume.js';
