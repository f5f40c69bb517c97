import { createHash } from 'node:crypto';
import type { Workload } from '../../workload.js';
import { MANIFEST } from '../labels.js';
import type { KubernetesSettings } from '../settings.js';
import { disruptionBudgetOf } from './disruption-budget.js';
import type { Manifest } from './manifest.js';
import { networkPolicyOf } from './network-policy.js';
import { serviceOf } from './service.js';
import { statefulSetOf, type ObservedState } from './stateful-set.js';

/** All objects of a workload, in the order in which they are applied: no pod starts before its network policy is there. */
export function manifestsOf(workload: Workload, settings: KubernetesSettings, seen: ObservedState): Manifest[] {
  return [
    networkPolicyOf(workload, settings),
    serviceOf(workload, settings),
    statefulSetOf(workload, settings, seen),
    ...(seen.replicas > 1 ? [disruptionBudgetOf(workload, settings)] : []),
  ].map(withHash);
}

function withHash(manifest: Manifest): Manifest {
  // Their number says itself whether it differs, and an autoscaler's changes are no reason to write.
  const text = JSON.stringify(manifest, (key, value: unknown) => (key === 'replicas' ? undefined : value));
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const { metadata } = manifest;
  return { ...manifest, metadata: { ...metadata, annotations: { ...metadata.annotations, [MANIFEST]: hash } } };
}
