import type { Workload } from '../../workload.js';
import { selectorLabels } from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { type Manifest, metadataOf } from './manifest.js';

const CALLERS = ['data-plane', 'tool-router'];

/** Admits only the gateway to a replica, so that no caller bypasses authentication and authorization. */
export const networkPolicyOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metadataOf(workload, settings),
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
