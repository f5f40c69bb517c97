import type { Logger } from '@mcp-gateway/common/logging';
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
  /** Adapters whose removal goes on when their pods are gone. */
  removing: Set<string>;
  log: Logger;
}
