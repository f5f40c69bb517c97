import type { V1PodDisruptionBudgetSpec } from '@kubernetes/client-node';
import type { Workload } from '../../workload.js';
import { selectorLabels } from '../labels.js';
import type { KubernetesSettings } from '../settings.js';
import type { Manifest } from './manifest.js';
import { metadataOf } from './metadata.js';

/** Nodes are drained one replica at a time; those that do not serve are in nobody's way. */
export const disruptionBudgetOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: metadataOf(workload, settings),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selectorLabels(settings.gateway, workload.name) },
  } satisfies V1PodDisruptionBudgetSpec,
});
