import { createHash } from 'node:crypto';
import type {
  V1PodSpec,
  V1PodTemplateSpec,
  V1StatefulSetSpec,
  V1Toleration,
  V1TopologySpreadConstraint,
} from '@kubernetes/client-node';
import type { DesiredWorkload, Workload } from '../../workload.js';
import {
  RESOURCE_ID_ANNOTATION,
  DRAIN_SECONDS_ANNOTATION,
  HEALTH_ANSWER_ANNOTATION,
  HEALTH_TYPE_ANNOTATION,
  labelsOf,
  pathOfRevision,
  REVISION_ANNOTATION,
  selectorLabels,
  TCP_CHECK_ANNOTATION,
  TEMPLATE_HASH_ANNOTATION,
  TLS_ANNOTATION,
  WORKLOAD_IDENTITY,
} from '../ownership/labels.js';
import type { KubernetesSettings } from '../settings/settings.js';
import { containerOf, type HealthCheck } from './container.js';
import { type Manifest, objectMetadata } from './manifest.js';

/** Seconds from SIGTERM to SIGKILL, after the drain. */
const STOP_SECONDS = 30;
const OLD_REVISIONS_KEPT = 3;

/** The parts of the StatefulSet that depend on the state of the cluster. */
export interface ObservedState {
  health: HealthCheck;
  replicas: number;
  /** The paths of the revisions that have pods. */
  paths: Record<string, string>;
  /** The annotations of the StatefulSet in the cluster. */
  annotations?: Readonly<Record<string, string>>;
}

export function statefulSetOf(
  desired: DesiredWorkload,
  settings: KubernetesSettings,
  { health, replicas, paths, annotations = {} }: ObservedState,
): Manifest {
  const { workload, revision } = desired;
  const metadata = objectMetadata(workload, settings);
  const templateOf = (drainSeconds: number) => podTemplateOf(desired, { ...settings, drainSeconds }, health);
  const hash = digest(templateOf(0));
  // A new drain time alone does not replace pods. Pods that are replaced for another reason get it.
  const current = annotations[TEMPLATE_HASH_ANNOTATION] === hash ? Number(annotations[DRAIN_SECONDS_ANNOTATION]) : NaN;
  const drainSeconds = Number.isInteger(current) && current >= 0 ? current : settings.drainSeconds;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      ...metadata,
      annotations: {
        ...metadata.annotations,
        [REVISION_ANNOTATION]: revision,
        ...(workload.healthType && { [HEALTH_TYPE_ANNOTATION]: workload.healthType }),
        ...(health.by === 'tcp' && {
          [TCP_CHECK_ANNOTATION]: revision,
          ...(health.answer && { [HEALTH_ANSWER_ANNOTATION]: health.answer }),
        }),
        [TEMPLATE_HASH_ANNOTATION]: hash,
        [DRAIN_SECONDS_ANNOTATION]: String(drainSeconds),
        ...Object.fromEntries(Object.entries(paths).map(([each, path]) => [pathOfRevision(each), path])),
      },
    },
    spec: {
      serviceName: metadata.name,
      replicas,
      selector: { matchLabels: selectorLabels(settings.gateway, workload) },
      // One broken replica must not block the others, and a server does not depend on ordinals.
      podManagementPolicy: 'Parallel',
      // Owned by the gateway, because a partition would keep replicas at an old revision.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: OLD_REVISIONS_KEPT,
      template: templateOf(drainSeconds),
    } satisfies V1StatefulSetSpec,
  };
}

const digest = (template: V1PodTemplateSpec) =>
  createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 16);

const podTemplateOf = (
  { workload, revision }: DesiredWorkload,
  settings: KubernetesSettings,
  health: HealthCheck,
): V1PodTemplateSpec => ({
  metadata: {
    labels: {
      ...settings.podLabels,
      ...labelsOf(settings.gateway, workload),
      ...(workload.useWorkloadIdentity && { [WORKLOAD_IDENTITY]: 'true' }),
    },
    annotations: {
      ...settings.podAnnotations,
      [RESOURCE_ID_ANNOTATION]: workload.resourceId,
      [REVISION_ANNOTATION]: revision,
      ...(workload.tls && { [TLS_ANNOTATION]: 'true' }),
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
    // Process 1 ignores signals without a handler and leaves zombies, so the pause container has to be process 1.
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: settings.drainSeconds + STOP_SECONDS,
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map((key) =>
      topologySpread(key, selectorLabels(settings.gateway, workload)),
    ),
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: [...tolerations] as V1Toleration[] }),
    ...(priorityClassName && { priorityClassName }),
    ...(runtimeClassName && { runtimeClassName }),
    // Both fields, even when empty: the server copies each field into the other one, and so would restore a removed value.
    serviceAccountName: serviceAccount,
    serviceAccount,
  };
}

const topologySpread = (topologyKey: string, matchLabels: Record<string, string>): V1TopologySpreadConstraint => ({
  topologyKey,
  maxSkew: 1,
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels },
});
