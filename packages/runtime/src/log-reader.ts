import type { ResourceRef } from '@mcp-gateway/common/contracts';

export interface LogOptions {
  instance: number;
  /** How many of the last lines; at most 10,000. */
  tail: number;
  /** Goes on with what is written from now on, until the signal aborts. */
  follow: boolean;
  /** Of the process before the one that runs, to see why it ended. */
  previous: boolean;
  /** Leaves out what was written longer ago. */
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
