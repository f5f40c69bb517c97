import type { V1PodSpec, V1StatefulSetSpec, V1TopologySpreadConstraint } from '@kubernetes/client-node';
import { revisionOf, type Workload } from '../../workload.js';
import {
  ADAPTER_ID,
  HEALTH_ANSWER,
  HEALTH_TYPE,
  labelsOf,
  pathOfRevision,
  REVISION,
  selectedBy,
  TCP_CHECK,
} from '../labels.js';
import type { KubernetesSettings } from '../settings.js';
import { containerOf } from './container.js';
import type { Manifest } from './manifest.js';
import { metadataOf } from './metadata.js';
import type { HealthCheck } from './probes.js';

/** From the signal to the end, after draining. */
const STOP_SECONDS = 30;
const OLD_REVISIONS_KEPT = 3;

/** What depends on what there is. */
export interface SeenBefore {
  health: HealthCheck;
  replicas: number;
  /** By revision: those that pods have. */
  paths: Record<string, string>;
}

export function statefulSetOf(
  workload: Workload,
  settings: KubernetesSettings,
  { health, replicas, paths }: SeenBefore,
): Manifest {
  const metadata = metadataOf(workload, settings);
  const revision = revisionOf(workload);
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [REVISION]: revision,
        ...(workload.healthType && { [HEALTH_TYPE]: workload.healthType }),
        ...(health.by === 'tcp' && { [TCP_CHECK]: revision, ...(health.answer && { [HEALTH_ANSWER]: health.answer }) }),
        ...Object.fromEntries(Object.entries(paths).map(([each, path]) => [pathOfRevision(each), path])),
      },
    },
    spec: {
      serviceName: metadata.name,
      replicas,
      selector: { matchLabels: selectedBy(settings.gateway, workload.name) },
      // One broken replica must not keep the others from starting, and ordinals mean nothing to a server.
      podManagementPolicy: 'Parallel',
      // A partition that somebody sets would keep replicas at an old revision.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: OLD_REVISIONS_KEPT,
      template: {
        metadata: {
          labels: {
            ...labelsOf(settings.gateway, workload.name),
            ...(workload.useWorkloadIdentity && { 'azure.workload.identity/use': 'true' }),
          },
          annotations: { [ADAPTER_ID]: workload.adapterId, [REVISION]: revision },
        },
        spec: podSpecOf(workload, settings, health),
      },
    } satisfies V1StatefulSetSpec,
  };
}

function podSpecOf(workload: Workload, settings: KubernetesSettings, health: HealthCheck): V1PodSpec {
  const { runAsUser, imagePullSecrets, workloadIdentityServiceAccount } = settings;
  const serviceAccount = (workload.useWorkloadIdentity && workloadIdentityServiceAccount) || '';
  return {
    containers: [containerOf(workload, settings, health)],
    volumes: [{ name: 'tmp', emptyDir: { sizeLimit: settings.tmpSize } }],
    securityContext: {
      runAsNonRoot: true,
      runAsUser,
      runAsGroup: runAsUser,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // Process 1 ignores signals that it has no handler for, and leaves zombies; so the pause container is process 1.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: settings.drainSeconds + STOP_SECONDS,
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((key) =>
      spreadOver(key, selectedBy(settings.gateway, workload.name)),
    ),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    // Both, and also when there is none: the server writes the deprecated name beside the other, and restores either from what is left.
    serviceAccountName: serviceAccount,
    serviceAccount,
  };
}

const spreadOver = (topologyKey: string, matchLabels: Record<string, string>): V1TopologySpreadConstraint => ({
  topologyKey,
  maxSkew: 1,
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels },
});
