import type { Logger } from '@mcp-gateway/platform/logging';
import type { Cluster } from './api/cluster.js';
import type { Applied } from './applied.js';
import type { Refusals } from './refusals.js';
import type { KubernetesSettings } from './settings.js';
import type { ClusterState } from './store/cluster-state.js';

/** What each verb of the runtime works with. */
export interface Parts {
  settings: KubernetesSettings;
  cluster: Cluster;
  state: ClusterState;
  applied: Applied;
  refusals: Refusals;
  /** Adapters that are being removed: by requests that are under way, or when their pods are gone. */
  removing: Map<string, 'going' | 'waiting'>;
  log: Logger;
}
