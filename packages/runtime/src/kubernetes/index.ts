export type { ApiListener } from './api/cluster.js';
export { kubernetesRuntime } from './runtime.js';
export type { KubernetesSettings } from './settings.js';
