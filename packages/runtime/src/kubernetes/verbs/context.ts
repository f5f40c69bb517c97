import type { Logger } from '@mcp-gateway/platform/logging';
import type { ApiClient } from '../api/client.js';
import type { LastApplied } from './last-applied.js';
import type { FailureConditions } from './failure-conditions.js';
import type { KubernetesSettings } from '../settings/settings.js';
import type { ClusterState } from '../informers/cluster-state.js';

/** What each verb of the runtime works with. */
export interface RuntimeContext {
  settings: KubernetesSettings;
  cluster: ApiClient;
  state: ClusterState;
  lastApplied: LastApplied;
  failureConditions: FailureConditions;
  /** Adapters that are being removed: by requests that are under way, or when their pods are gone. */
  removing: Map<string, 'going' | 'waiting'>;
  log: Logger;
}
