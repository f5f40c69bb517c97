import type { AdapterSpec, ResourceRef } from '@mcp-gateway/common/contracts';
import type { ApiServerAddress } from '../api/connection.js';
import type { EgressRule } from './egress.js';
import type { Toleration } from './pod-settings.js';

export interface KubernetesSettings extends ApiServerAddress {
  /** The namespace of every replica. */
  namespace: string;
  /** The name of this gateway in labels; differs between gateways that share a namespace. */
  gateway: string;
  /** Average requests to the API server in a second; a burst may have twice as many. */
  requestsPerSecond: number;
  /** The registry, with or without a path, that precedes image names; without a slash at the end. */
  imageRegistry: string;
  /** Allowed prefixes of image names; empty allows every name. */
  allowedImages: readonly string[];
  imagePullSecrets: readonly string[];
  imagePullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  /** Allowed prefixes of Secrets that adapters read variables from; empty allows none. */
  allowedSecrets: readonly string[];
  /** The service account of adapters with `useWorkloadIdentity`; undefined rejects these adapters. */
  workloadIdentityServiceAccount: string | undefined;
  /** The resources of an adapter whose spec names none. */
  resources: AdapterSpec['resources'];
  /** The user id and the group id of the processes of a replica. */
  runAsUser: number;
  /** The address on which replicas listen: all addresses of the family that pods have. */
  replicaHost: '0.0.0.0' | '::';
  /** A Kubernetes quantity. */
  tmpSize: string;
  /** Seconds between the removal of a replica from the routes and SIGTERM. */
  drainSeconds: number;
  /** Labels and annotations of every pod, beside those of the gateway. */
  podLabels: Readonly<Record<string, string>>;
  podAnnotations: Readonly<Record<string, string>>;
  /** The labels of the nodes on which replicas run. */
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly Toleration[];
  priorityClassName: string | undefined;
  runtimeClassName: string | undefined;
  /** The namespace of the data plane and the tool router. */
  callerNamespace: string;
  /** The addresses to which replicas may connect; undefined restricts nothing. */
  egress: readonly EgressRule[] | undefined;
  /** Names of adapters whose number of replicas an autoscaler sets; `*` for all adapters. */
  autoscaled: readonly string[];
}

/** Whether an autoscaler sets the number of replicas of this resource. */
export const isAutoscaled = ({ autoscaled }: KubernetesSettings, { kind, name }: ResourceRef): boolean =>
  kind === 'adapter' && (autoscaled.includes(name) || autoscaled.includes('*'));
