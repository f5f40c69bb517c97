export { kubernetesRuntime } from './runtime.js';
export type { KubernetesSettings } from './settings.js';
