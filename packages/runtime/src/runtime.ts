import type { PublishedEndpoint } from '@mcp-gateway/common/contracts';
import type { Workload } from './workload.js';

export interface ObservedReplica {
  name: string;
  instance: number;
  revision: string;
  state: 'Starting' | 'Ready' | 'NotReady' | 'BackOff' | 'Stopping';
  /** Null while there is nothing to send to: not started, between restarts, or ending. One that is Stopping may be draining. */
  endpoint: PublishedEndpoint | null;
  /** What it calls from, whatever its state. Left out where it shares the addresses of others. */
  addresses?: string[];
  restartCount: number;
  /** 128 + n when signal n ended it; null when it never ended. */
  lastExitCode: number | null;
  /** ISO 8601. */
  startedAt: string | null;
  /** A sentence for people when the state needs one. */
  message: string | null;
  /** The machine that it runs on does not answer, which no other spec mends. */
  nodeLost?: true;
}

/** What a runtime sees of one workload. */
export interface Observation {
  /** There is something of it, if only logs that outlived what wrote them. */
  exists: boolean;
  /** Being removed: replicas are ending, and the workload is gone when they have. */
  removing: boolean;
  /** Whose it is: an adapter may have the name of an earlier one. */
  adapterId: string | null;
  /** What was last applied, by `revisionOf`; null when nothing of it is left. */
  revision: string | null;
  /** All that was applied is there as it was applied. False asks for `apply`, which corrects what differs. */
  inSync: boolean;
  desiredReplicas: number;
  /** The number of replicas is somebody else's to set, once there are any. */
  autoscaled: boolean;
  replicas: ObservedReplica[];
  /** Why nothing can be started at all, in words that say what to do. */
  failure: { reason: string; message: string } | null;
  /** Something worth knowing about the health check of what was last applied. */
  healthNote: string | null;
}

export const ABSENT: Observation = {
  exists: false,
  removing: false,
  adapterId: null,
  revision: null,
  inSync: false,
  desiredReplicas: 0,
  autoscaled: false,
  replicas: [],
  failure: null,
  healthNote: null,
};

export interface WatchListener {
  /** Something about this workload changed. */
  changed(name: string): void;
  /** The watch began, or began again after a gap in which changes may have been missed. */
  synced(): void;
}

/**
 * Where replicas run. Every verb may be repeated at any time and ends the same.
 * @throws GatewayError UNAVAILABLE when the runtime cannot be reached.
 */
export interface Runtime {
  observe(name: string): Promise<Observation>;
  /** Accepts the workload as the one to converge to; does not wait for replicas. */
  apply(workload: Workload): Promise<void>;
  /** Starts to remove the workload; one that does not exist is a success. */
  remove(name: string): Promise<void>;
  names(): Promise<string[]>;
  /** Watches until the signal aborts, reconnecting by itself. */
  watch(listener: WatchListener, signal: AbortSignal): void;
}
