import type { Workload } from '../../workload.js';
import { ADAPTER_ID, labelsOf } from '../labels.js';
import { objectName } from '../object-name.js';
import type { KubernetesSettings } from '../settings.js';

/** What all objects of an adapter have in common. */
export const metadataOf = ({ name, adapterId }: Workload, { namespace, gateway }: KubernetesSettings) => ({
  name: objectName('adapter', name),
  namespace,
  labels: labelsOf(gateway, name),
  annotations: { [ADAPTER_ID]: adapterId },
});
