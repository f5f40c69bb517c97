import { createHash } from 'node:crypto';
import type { V1PodDisruptionBudgetSpec, V1ServiceSpec } from '@kubernetes/client-node';
import type { DesiredWorkload, Workload } from '../../workload.js';
import { MANIFEST_HASH_ANNOTATION, selectorLabels } from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { type Manifest, objectMetadata, toolServiceName } from './manifest.js';
import { type ObservedState, statefulSetOf } from './stateful-set.js';

/** All objects of a workload in the order of apply: the network policy comes first, so that no pod starts without it. */
export function manifestsOf(desired: DesiredWorkload, settings: KubernetesSettings, seen: ObservedState): Manifest[] {
  const { workload } = desired;
  return [
    networkPolicyOf(workload, settings),
    serviceOf(workload, settings),
    ...(workload.kind === 'tool' ? [toolServiceOf(workload, settings)] : []),
    statefulSetOf(desired, settings, seen),
    ...(seen.replicas > 1 ? [disruptionBudgetOf(workload, settings)] : []),
  ].map(withHash);
}

function withHash(manifest: Manifest): Manifest {
  // Without the number of replicas, which is compared by itself: a change by an autoscaler is no reason to write.
  const text = JSON.stringify(manifest, (key, value: unknown) => (key === 'replicas' ? undefined : value));
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const { metadata } = manifest;
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [MANIFEST_HASH_ANNOTATION]: hash } },
  };
}

/** Gives each pod a DNS name from its start on; the gateway itself decides which pods are ready. */
export const serviceOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: objectMetadata(workload, settings),
  spec: {
    type: 'ClusterIP',
    ipFamilyPolicy: 'PreferDualStack',
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: selectorLabels(settings.gateway, workload),
    ports: [{ name: 'mcp', port: workload.port, targetPort: workload.port, protocol: 'TCP' }],
  } satisfies V1ServiceSpec,
});

/** One address for all ready replicas of a tool: `http://{tool}-service.{namespace}.svc.cluster.local:{port}`. */
const toolServiceOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...objectMetadata(workload, settings), name: toolServiceName(workload.name) },
  spec: {
    type: 'ClusterIP',
    ipFamilyPolicy: 'PreferDualStack',
    selector: selectorLabels(settings.gateway, workload),
    ports: [{ name: 'http', port: workload.port, targetPort: workload.port, protocol: 'TCP' }],
  } satisfies V1ServiceSpec,
});

/** Lets a node drain evict one replica at a time, and replicas that do not serve at any time. */
const disruptionBudgetOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: objectMetadata(workload, settings),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selectorLabels(settings.gateway, workload) },
  } satisfies V1PodDisruptionBudgetSpec,
});

/** The worker reads the OpenAPI documents of tools. */
const CALLERS = ['data-plane', 'tool-router', 'deployment-worker'];

/** Admits only the gateway to a replica, so that no caller bypasses authentication and authorization. */
const networkPolicyOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: objectMetadata(workload, settings),
  spec: {
    podSelector: { matchLabels: selectorLabels(settings.gateway, workload) },
    policyTypes: settings.egress ? ['Ingress', 'Egress'] : ['Ingress'],
    ingress: [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': settings.callerNamespace } },
            podSelector: {
              matchLabels: { 'app.kubernetes.io/part-of': 'mcp-gateway' },
              matchExpressions: [{ key: 'app.kubernetes.io/component', operator: 'In', values: CALLERS }],
            },
          },
        ],
        ports: [{ port: workload.port, protocol: 'TCP' }],
      },
    ],
    ...(settings.egress && { egress: [...settings.egress] }),
  },
});
