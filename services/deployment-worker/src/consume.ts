import { GatewayError } from '@mcp-gateway/common/errors';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { withTimeout } from '@mcp-gateway/platform/concurrency';
import type { Logger } from '@mcp-gateway/platform/logging';
import { queuePrefix, RECONCILE_QUEUE, type ReconcileJob } from '@mcp-gateway/routing/queue';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { Worker } from 'bullmq';
import { outageLog } from './outage-log.js';

/** Resources that one worker works on at once. */
export const CONCURRENCY = 8;
/** A worker that dies loses its locks after this long, and another takes its jobs. */
const LOCK_MS = 5_000;
const STALLED_EVERY_MS = 2_500;
/** Between tries to fetch a job from a Redis that refuses connections. */
const RETRY_MS = 500;
/** How long a worker that is closed while it starts may take to start. */
const START_MS = 1_000;

export interface ConsumerOptions {
  redis: RedisClient;
  prefix: string;
  /** @param failures of this job before */
  reconcile: (ref: ResourceRef, failures: number) => Promise<void>;
  log: Logger;
}

/** Takes resources from the queue, one run at a time for each. The queue repeats a failed run, later each time. */
export function consume({ redis, prefix, reconcile, log }: ConsumerOptions): () => Promise<void> {
  // While Redis is unavailable, BullMQ repeats a failed command at once, in a loop that lets no I/O happen: the client could
  // never reconnect, and the process would not even receive a signal. Commands that wait do not fail.
  const connection = redis.duplicate({ disableOfflineQueue: false });
  connection.on('error', () => {}); // `redis` logs its outages
  const isConnected = connection.connect(); // before BullMQ does
  const worker = new Worker<ReconcileJob>(RECONCILE_QUEUE, (job) => reconcile(job.data, job.attemptsMade), {
    connection,
    prefix: queuePrefix(prefix),
    concurrency: CONCURRENCY,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_EVERY_MS,
    maxStalledCount: 10,
    runRetryDelay: RETRY_MS,
    skipVersionCheck: true, // see reconcileQueue
    autorun: false,
  });
  const outages = outageLog(log);
  worker.on('failed', (job, error) => {
    // Each resource has causes of its own; an unavailable part is the same for all of them.
    const isUnavailable = error instanceof GatewayError && error.code === 'UNAVAILABLE';
    if (isUnavailable) outages.failed('a reconcile', error, { ...job?.data });
    else log.warn({ err: error, ...job?.data, attempt: job?.attemptsMade }, 'reconcile failed');
  });
  worker.on('completed', () => outages.succeeded('a reconcile'));
  worker.on('error', () => {}); // the client logs its own outages
  let isClosed = false;
  // Not before it is connected: a cluster client keeps no commands until it has found the nodes.
  const run = () => (isClosed ? undefined : worker.run());
  void isConnected.then(run).catch(() => {});
  return async () => {
    isClosed = true;
    // node-redis leaks a connection that is destroyed while it is being made.
    const isStarted = Promise.all([isConnected, worker.waitUntilReady()]).then(() => {});
    const isOver = withTimeout(isStarted, START_MS).catch(() => {});
    if (redis.isReady) await isOver;
    await worker.close(!connection.isReady); // without Redis no job can be ended in order
    if (connection.isOpen) connection.destroy();
  };
}
