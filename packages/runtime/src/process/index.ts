export { processRuntime } from './runtime.js';
