import type { KubernetesSettings } from './settings.js';

/** Whether the number of replicas of this adapter is left to an autoscaler. */
export const isAutoscaled = ({ autoscaled }: KubernetesSettings, adapter: string): boolean =>
  autoscaled.includes(adapter) || autoscaled.includes('*');
