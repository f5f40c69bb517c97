export type { ApiCallListener } from './api/client.js';
export { kubernetesRuntime } from './runtime.js';
export type { KubernetesSettings } from './settings/settings.js';
