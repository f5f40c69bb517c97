import type { AdapterSpec, ResourceRef } from '@mcp-gateway/common/contracts';
import type { ApiServerAddress } from '../api/connection.js';
import type { EgressRule } from './egress.js';
import type { Toleration } from './pod-settings.js';

export interface KubernetesSettings extends ApiServerAddress {
  /** The namespace of all replicas. */
  namespace: string;
  /** Marks what is ours; differs between gateways that share a namespace. A label value. */
  gateway: string;
  /** Requests in one second, on average; twice as many in a burst. */
  requestsPerSecond: number;
  /** Registry and path that image names are appended to, without a slash at the end. */
  imageRegistry: string;
  /** Prefixes of image names; empty allows every one. */
  allowedImages: readonly string[];
  imagePullSecrets: readonly string[];
  imagePullPolicy: 'IfNotPresent' | 'Always' | 'Never';
  /** Prefixes of the names of Secrets that adapters may take variables from; empty allows none. */
  allowedSecrets: readonly string[];
  /** Service account of adapters with `useWorkloadIdentity`; undefined refuses them. */
  workloadIdentityServiceAccount: string | undefined;
  /** For what an adapter does not say itself. */
  resources: AdapterSpec['resources'];
  /** User and group of the processes of a replica. */
  runAsUser: number;
  /** Where replicas listen: all addresses of the kind that pods have. */
  replicaHost: '0.0.0.0' | '::';
  /** A Kubernetes quantity. */
  tmpSize: string;
  /** How long a replica that has left the routes may finish what it does before it is told to end. */
  drainSeconds: number;
  /** Of the pods of all adapters, beside what says whose they are. */
  podLabels: Readonly<Record<string, string>>;
  podAnnotations: Readonly<Record<string, string>>;
  /** Labels of the nodes that replicas run on. */
  nodeSelector: Readonly<Record<string, string>>;
  tolerations: readonly Toleration[];
  priorityClassName: string | undefined;
  runtimeClassName: string | undefined;
  /** Where the data plane and the tool router run. */
  callerNamespace: string;
  /** Undefined does not restrict what replicas may reach. */
  egress: readonly EgressRule[] | undefined;
  /** Names of adapters whose number of replicas is somebody else's after the start; `*` means all. */
  autoscaled: readonly string[];
}

/** Whether an autoscaler sets the number of replicas of this resource. */
export const isAutoscaled = ({ autoscaled }: KubernetesSettings, { kind, name }: ResourceRef): boolean =>
  kind === 'adapter' && (autoscaled.includes(name) || autoscaled.includes('*'));
