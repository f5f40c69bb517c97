import { createHash } from 'node:crypto';
import type {
  V1PodSpec,
  V1PodTemplateSpec,
  V1StatefulSetSpec,
  V1Toleration,
  V1TopologySpreadConstraint,
} from '@kubernetes/client-node';
import { revisionOf, type Workload } from '../../workload.js';
import {
  RESOURCE_ID,
  DRAIN_SECONDS,
  HEALTH_ANSWER,
  HEALTH_TYPE,
  labelsOf,
  pathOfRevision,
  REVISION,
  selectorLabels,
  TCP_CHECK,
  TEMPLATE,
  WORKLOAD_IDENTITY,
} from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { containerOf } from './container.js';
import { type Manifest, metadataOf } from './manifest.js';
import type { HealthCheck } from './probes.js';

/** From the signal to the end, after draining. */
const STOP_SECONDS = 30;
const OLD_REVISIONS_KEPT = 3;

/** What depends on what there is. */
export interface ObservedState {
  health: HealthCheck;
  replicas: number;
  /** By revision: those that pods have. */
  paths: Record<string, string>;
  /** Annotations of the StatefulSet. */
  annotations?: Readonly<Record<string, string>>;
}

export function statefulSetOf(
  workload: Workload,
  settings: KubernetesSettings,
  { health, replicas, paths, annotations = {} }: ObservedState,
): Manifest {
  const metadata = metadataOf(workload, settings);
  const revision = revisionOf(workload);
  const templateOf = (drainSeconds: number) => podTemplateOf(workload, { ...settings, drainSeconds }, health);
  const hash = digest(templateOf(0));
  // Another time to drain is no reason to replace what runs: pods that are made for another reason get it.
  const kept = annotations[TEMPLATE] === hash ? Number(annotations[DRAIN_SECONDS]) : NaN;
  const drainSeconds = Number.isInteger(kept) && kept >= 0 ? kept : settings.drainSeconds;
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
        [TEMPLATE]: hash,
        [DRAIN_SECONDS]: String(drainSeconds),
        ...Object.fromEntries(Object.entries(paths).map(([each, path]) => [pathOfRevision(each), path])),
      },
    },
    spec: {
      serviceName: metadata.name,
      replicas,
      selector: { matchLabels: selectorLabels(settings.gateway, workload) },
      // One broken replica must not keep the others from starting, and ordinals mean nothing to a server.
      podManagementPolicy: 'Parallel',
      // A partition that somebody sets would keep replicas at an old revision.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: OLD_REVISIONS_KEPT,
      template: templateOf(drainSeconds),
    } satisfies V1StatefulSetSpec,
  };
}

const digest = (template: V1PodTemplateSpec) =>
  createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16);

const podTemplateOf = (workload: Workload, settings: KubernetesSettings, health: HealthCheck): V1PodTemplateSpec => ({
  metadata: {
    labels: {
      ...settings.podLabels,
      ...labelsOf(settings.gateway, workload),
      ...(workload.useWorkloadIdentity && { [WORKLOAD_IDENTITY]: 'true' }),
    },
    annotations: {
      ...settings.podAnnotations,
      [RESOURCE_ID]: workload.resourceId,
      [REVISION]: revisionOf(workload),
    },
  },
  spec: podSpecOf(workload, settings, health),
});

function podSpecOf(workload: Workload, settings: KubernetesSettings, health: HealthCheck): V1PodSpec {
  const { runAsUser, imagePullSecrets, workloadIdentityServiceAccount } = settings;
  const { nodeSelector, tolerations, priorityClassName, runtimeClassName } = settings;
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
      spreadOver(key, selectorLabels(settings.gateway, workload)),
    ),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: [...tolerations] as V1Toleration[] }),
    ...(priorityClassName && { priorityClassName }),
    ...(runtimeClassName && { runtimeClassName }),
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
