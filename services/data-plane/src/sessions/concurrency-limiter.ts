import { GatewayError } from '@mcp-gateway/common/errors';

export interface ConcurrencyLimiter {
  <T>(work: () => Promise<T>): Promise<T>;
  /** The number of queued tasks. */
  waiting(): number;
}

/**
 * Runs a bounded number of tasks at once and queues the others, so that the sessions of a lost replica do not overload
 * the remaining replicas.
 * @throws GatewayError UNAVAILABLE when the queue is full
 */
export function createConcurrencyLimiter({
  atOnce,
  waiting: maxWaiting,
}: {
  atOnce: number;
  waiting: number;
}): ConcurrencyLimiter {
  let working = 0;
  const line: (() => void)[] = [];
  async function limiter<T>(work: () => Promise<T>): Promise<T> {
    if (working >= atOnce) {
      if (line.length >= maxWaiting) {
        const detail = 'too many sessions are being relocated at once';
        throw new GatewayError('UNAVAILABLE', { detail, headers: { 'retry-after': '2' } });
      }
      await new Promise<void>((resolve) => line.push(resolve));
    } else {
      working += 1;
    }
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else working -= 1;
    }
  }
  return Object.assign(limiter, { waiting: () => line.length });
}

const PER_STREAM_MS = 10;
const MAX_SPREAD_MS = 10_000;

/**
 * The delay before a server's own stream is reopened, in milliseconds: the more streams the lost replica had, the
 * longer the time over which jitter spreads them.
 */
export function jitter(streams: number, random: () => number = Math.random, maxMs = MAX_SPREAD_MS): number {
  return Math.floor(random() * Math.min(streams * PER_STREAM_MS, maxMs));
}
