import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { Queue } from 'bullmq';

export const RECONCILE_QUEUE = 'reconcile';

/** BullMQ's scripts touch several keys of a queue, so all keys have one hash tag. */
export const queuePrefix = (prefix: string): string => `{${prefix}:queue}`;

/** A job names a resource, never what to do with it: the worker reads today's row. */
export type ReconcileJob = ResourceRef;

export interface ReconcileQueue {
  /**
   * Asks for one more run after now. A resource that waits is not queued twice; one being worked on runs once more.
   * @throws when Redis is unavailable. The row is the truth, so callers may ignore that: a resync finds it.
   */
  reconcile(ref: ResourceRef): Promise<void>;
  close(): Promise<void>;
}

const STATES = ['waiting', 'active', 'delayed'] as const;

export interface QueueCounts {
  /** Resources that wait, that are worked on, and that wait to be tried again. @throws when Redis is unavailable. */
  counts(): Promise<Record<(typeof STATES)[number], number>>;
}

export function reconcileQueue(redis: RedisClient, prefix: string): ReconcileQueue & QueueCounts {
  const queue = new Queue<ReconcileJob>(RECONCILE_QUEUE, {
    connection: redis,
    prefix: queuePrefix(prefix),
    skipVersionCheck: true, // BullMQ asks once, and refuses everything for good when the connection breaks meanwhile
  });
  queue.on('error', () => {}); // the client logs its own outages
  return {
    async reconcile({ kind, name }) {
      await queue.add(
        'reconcile',
        { kind, name },
        {
          // Without these two an add during an active run is lost, or waits out the backoff of a failing one.
          deduplication: { id: resourceKey({ kind, name }), keepLastIfActive: true, replace: true },
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
