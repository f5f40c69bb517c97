import type { PublishedEndpoint, ResourceRef } from '@mcp-gateway/common/contracts';
import type { DesiredWorkload } from './workload.js';

export interface ObservedReplica {
  name: string;
  instance: number;
  revision: string;
  state: 'Starting' | 'Ready' | 'NotReady' | 'BackOff' | 'Stopping';
  /** Null while no process accepts requests: before the start, between restarts, or at the end. A Stopping replica may be draining. */
  endpoint: PublishedEndpoint | null;
  /** The source addresses of its requests, in any state; absent when it shares the addresses of other processes. */
  addresses?: string[];
  restartCount: number;
  /** The exit code of the last process: 128 + n when signal n ended it; null before the first end. */
  lastExitCode: number | null;
  /** ISO 8601. */
  startedAt: string | null;
  /** A sentence that explains the state; null when it needs no explanation. */
  message: string | null;
  /** Set when its node is unreachable, which no change of the spec repairs. */
  nodeLost?: true;
}

/** Why a workload cannot run, in the form of a Kubernetes condition. */
export interface Failure {
  /** One CamelCase word. */
  reason: string;
  /** Sentences that say what to do. */
  message: string;
}

/** The state of one workload. */
export interface Observation {
  /** Whether anything of the workload exists, if only its logs. */
  exists: boolean;
  /** Whether the workload is being removed. It is gone when its replicas have ended. */
  removing: boolean;
  /** The id of the resource that the workload belongs to: a resource may have the name of an earlier one. */
  resourceId: string | null;
  /** `revisionOf` the workload that was last applied; null when nothing of it is left. */
  revision: string | null;
  /** Whether all that was applied is still there as it was applied. False requires another `apply`, which corrects what differs. */
  inSync: boolean;
  desiredReplicas: number;
  /** Whether an autoscaler sets the number of replicas, once there are any. */
  autoscaled: boolean;
  replicas: ObservedReplica[];
  /** Why no replica can start. */
  failure: Failure | null;
  /** A remark about the health check of the last applied workload. */
  healthNote: string | null;
}

export const ABSENT: Observation = {
  exists: false,
  removing: false,
  resourceId: null,
  revision: null,
  inSync: false,
  desiredReplicas: 0,
  autoscaled: false,
  replicas: [],
  failure: null,
  healthNote: null,
};

export interface WatchListener {
  /** The workload changed. */
  changed(ref: ResourceRef): void;
  /** The watch began, or began again after a gap that may have hidden changes. */
  synced(): void;
}

/**
 * A place where replicas run. Every verb may be repeated at any time, with the same result.
 * @throws GatewayError UNAVAILABLE when the runtime is unavailable
 */
export interface Runtime {
  observe(ref: ResourceRef): Promise<Observation>;
  /** Accepts the workload as the desired state; does not wait for replicas. */
  apply(desired: DesiredWorkload): Promise<void>;
  /** Starts to remove the workload. Resolves also when there is none. */
  remove(ref: ResourceRef): Promise<void>;
  /** The resources of which anything exists. */
  list(): Promise<ResourceRef[]>;
  /** Watches until the signal aborts or the runtime is closed, and reconnects by itself. */
  watch(listener: WatchListener, signal: AbortSignal): void;
}

/** The desired number of replicas: an autoscaler changes it, but neither stops nor starts a workload. */
export function desiredReplicas(
  replicas: number,
  { autoscaled, desiredReplicas: current }: Pick<Observation, 'autoscaled' | 'desiredReplicas'>,
): number {
  return autoscaled && replicas > 0 && current > 0 ? current : replicas;
}

export interface LogOptions {
  instance: number;
  /** Number of last lines; at most 10,000. */
  tail: number;
  /** Whether to go on with new lines until the signal aborts. */
  follow: boolean;
  /** Whether to read the log of the previous process, to see why it ended. */
  previous: boolean;
  /** The age in seconds of the oldest line to read. */
  sinceSeconds: number | undefined;
  signal: AbortSignal;
}

/** A resource; the id distinguishes it from an earlier one of the same name. */
export interface LogOwner extends ResourceRef {
  id: string;
}

/** Reads what a replica wrote to standard output and standard error. */
export interface LogReader {
  /** Null when this replica has not written anything. */
  read(owner: LogOwner, options: LogOptions): Promise<AsyncIterable<Buffer | string> | null>;
}
