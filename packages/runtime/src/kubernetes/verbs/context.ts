import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { ApiClient } from '../api/client.js';
import type { ClusterState } from '../informers/cluster-state.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { FailureConditions } from './failure-conditions.js';
import { LastApplied } from './last-applied.js';

/** The parts that every verb works with. */
export interface RuntimeContext {
  settings: KubernetesSettings;
  cluster: ApiClient;
  state: ClusterState;
  log: Logger;
  lastApplied: LastApplied;
  failureConditions: FailureConditions;
  /** Resources under removal, by `resourceKey`: their objects are being deleted, or their pods have yet to end. */
  removing: Map<string, 'deleting' | 'waiting'>;
}

/** @param retry asks the worker to reconcile a resource again */
export const createContext = (
  given: Pick<RuntimeContext, 'settings' | 'cluster' | 'state' | 'log'>,
  retry: (ref: ResourceRef) => void,
): RuntimeContext => ({
  ...given,
  lastApplied: new LastApplied(),
  failureConditions: new FailureConditions(retry),
  removing: new Map(),
});
