import type { ResourceRef } from '@mcp-gateway/common/contracts';

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

/** A resource; the id tells it from an earlier one of the same name. */
export interface LogOwner extends ResourceRef {
  id: string;
}

/** Reads what a replica wrote to standard output and standard error. */
export interface LogReader {
  /** Null when this replica has not written anything. */
  read(owner: LogOwner, options: LogOptions): Promise<AsyncIterable<Buffer | string> | null>;
}
