/** Fields that somebody has written: `f:` and their name, and what is in them in the same way. */
export interface Fields {
  [field: string]: Fields;
}

/** The fields that are read of what the API server sends. The types of the client have dates where JSON has text. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    /** When it is gone at the latest. */
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    /** Who has to agree before it goes. */
    finalizers?: string[];
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    /** By name and uid; at most one of them controls it. */
    ownerReferences?: { kind: string; name: string; uid?: string; controller?: boolean }[];
    /** Of what is watched, only what says whose it is. */
    managedFields?: { manager?: string; operation?: string; fieldsV1?: Fields }[];
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
  /** Its readiness probe passes, as its kubelet said last. */
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
  /** When the status became what it is. */
  lastTransitionTime?: string;
}

export interface Pod extends KubeObject {
  spec: { containers: Container[]; nodeName?: string };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    podIP?: string;
    /** The same, and where the cluster has both kinds of addresses, the other one. */
    podIPs?: { ip: string }[];
    conditions?: PodCondition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/** A warning about an object. */
export interface KubeEvent extends KubeObject {
  involvedObject: { kind?: string; name?: string; uid?: string };
  reason?: string;
  message?: string;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}

/** When it last happened, in milliseconds since 1970. */
export const timeOf = ({ lastTimestamp, eventTime, metadata }: KubeEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp);

export interface KubeList {
  metadata: { resourceVersion: string; continue?: string };
  items: KubeObject[];
}

export const isTerminating = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;
