import type { Logger } from '@mcp-gateway/common/logging';
import { RECONCILE_QUEUE, type ReconcileJob } from '@mcp-gateway/common/queue';
import type { RedisClient } from '@mcp-gateway/common/redis';
import { Worker } from 'bullmq';

const CONCURRENCY = 8;
/** A worker that dies loses its locks after this long, and another takes its jobs. */
const LOCK_MS = 5_000;
const STALLED_EVERY_MS = 2_500;

export interface Consumption {
  redis: RedisClient;
  prefix: string;
  reconcile: (name: string) => Promise<void>;
  log: Logger;
}

/** Takes names from the queue, one run at a time for each. A failed run is repeated by the queue, later each time. */
export function consume({ redis, prefix, reconcile, log }: Consumption): () => Promise<void> {
  const worker = new Worker<ReconcileJob>(RECONCILE_QUEUE, (job) => reconcile(job.data.name), {
    connection: redis,
    prefix: `${prefix}:queue`,
    concurrency: CONCURRENCY,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_EVERY_MS,
    maxStalledCount: 10,
  });
  worker.on('failed', (job, error) => {
    log.warn({ err: error, name: job?.data.name, attempt: job?.attemptsMade }, 'reconcile failed');
  });
  worker.on('error', () => {}); // the client logs its own outages
  return () => worker.close();
}
