import type { V1ServiceSpec } from '@kubernetes/client-node';
import type { Workload } from '../../workload.js';
import { selectorLabels } from '../labels.js';
import type { KubernetesSettings } from '../settings.js';
import type { Manifest } from './manifest.js';
import { metadataOf } from './metadata.js';

/** Gives each pod a name in DNS, from its start on: the gateway decides itself which ones are ready. */
export const serviceOf = (workload: Workload, settings: KubernetesSettings): Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadataOf(workload, settings),
  spec: {
    type: 'ClusterIP',
    ipFamilyPolicy: 'PreferDualStack',
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: selectorLabels(settings.gateway, workload.name),
    ports: [{ name: 'mcp', port: workload.port, targetPort: workload.port, protocol: 'TCP' }],
  } satisfies V1ServiceSpec,
});
