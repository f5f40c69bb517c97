/** The fields that a manager owns (FieldsV1): each key is `f:` and the name of a field, each value its fields. */
export interface FieldsV1 {
  [field: string]: FieldsV1;
}

/** The fields of an object that this package reads. The types of the official client have dates where JSON has text. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    /** When the object is gone at the latest. */
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    /** Controllers that have to release the object before it is gone. */
    finalizers?: string[];
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    /** The owners; at most one of them is the controller. */
    ownerReferences?: { kind: string; name: string; uid?: string; controller?: boolean }[];
    /** The informers keep only the entries of field managers of gateways. */
    managedFields?: { manager?: string; operation?: string; fieldsV1?: FieldsV1 }[];
  };
}

export interface StatefulSet extends KubeObject {
  spec: { replicas: number; template?: { metadata?: { annotations?: Record<string, string> } } };
  status?: { observedGeneration?: number; updateRevision?: string };
}

interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt: string };
  terminated?: { exitCode: number; reason?: string; message?: string; startedAt?: string; finishedAt?: string };
}

export interface ContainerStatus {
  name: string;
  restartCount: number;
  started?: boolean;
  /** Whether the readiness probe passes, by the last report of the kubelet. */
  ready?: boolean;
  containerID?: string;
  state?: ContainerState;
  lastState?: ContainerState;
}

interface Container {
  name: string;
  image?: string;
  ports?: { containerPort: number }[];
  startupProbe?: { httpGet?: object };
  readinessProbe?: { httpGet?: { path?: string } };
  lifecycle?: { preStop?: { sleep?: { seconds: number } } };
}

interface PodCondition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  /** When the status last changed. */
  lastTransitionTime?: string;
}

export interface Pod extends KubeObject {
  spec: { containers: Container[]; nodeName?: string };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    /** `podIP` and, in a dual-stack cluster, the address of the other family. */
    podIPs?: { ip: string }[];
    conditions?: PodCondition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/** An event of type Warning about an object. */
export interface KubeEvent extends KubeObject {
  involvedObject: { kind?: string; name?: string; uid?: string };
  reason?: string;
  message?: string;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

/** The time of the last occurrence, in milliseconds since 1970. */
export const occurredAt = ({ lastTimestamp, eventTime, metadata }: KubeEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);

export interface KubeList {
  metadata: { resourceVersion: string; continue?: string };
  items: KubeObject[];
}

export const isTerminating = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;
