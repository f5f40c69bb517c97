import { Queue } from 'bullmq';
import type { RedisClient } from '@mcp-gateway/platform/redis';

export const RECONCILE_QUEUE = 'reconcile';

/** A job says which adapter to look at, never what to do with it: the worker reads today's row. */
export interface ReconcileJob {
  name: string;
}

export interface ReconcileQueue {
  /**
   * Asks for one more run after now. A name that waits is not queued twice; a name being worked on runs once more.
   * @throws when Redis is away. The row is the truth, so callers may ignore that: a resync finds it.
   */
  reconcile(name: string): Promise<void>;
  close(): Promise<void>;
}

const STATES = ['waiting', 'active', 'delayed'] as const;

export interface QueueCounts {
  /** Names that wait, that are worked on, and that wait to be tried again. @throws when Redis is away. */
  counts(): Promise<Record<(typeof STATES)[number], number>>;
}

export function reconcileQueue(redis: RedisClient, prefix: string): ReconcileQueue & QueueCounts {
  const queue = new Queue<ReconcileJob>(RECONCILE_QUEUE, {
    connection: redis,
    prefix: `${prefix}:queue`,
    skipVersionCheck: true, // BullMQ asks once, and refuses everything for good when the connection breaks meanwhile
  });
  queue.on('error', () => {}); // the client logs its own outages
  return {
    async reconcile(name) {
      await queue.add(
        'reconcile',
        { name },
        {
          // Without these two an add during an active run is lost, or waits out the backoff of a failing one.
          deduplication: { id: name, keepLastIfActive: true, replace: true },
          attempts: 8,
          backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
          removeOnComplete: true,
          removeOnFail: true,
        },
      );
    },
    async counts() {
      const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts(...STATES);
      return { waiting, active, delayed };
    },
    close: () => queue.close(),
  };
}
