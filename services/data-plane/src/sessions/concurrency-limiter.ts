import { GatewayError } from '@mcp-gateway/common/errors';

export interface ConcurrencyLimiter {
  <T>(work: () => Promise<T>): Promise<T>;
  /** How many wait in line. */
  waiting(): number;
}

/**
 * Lets so many work at once and the others wait in line, so that the replicas that are left are not run over by the sessions
 * of one that went.
 * @throws GatewayError UNAVAILABLE when the line is full
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
        const detail = 'too many sessions are being moved to other replicas at once';
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
 * When to open a stream again that nobody waits for, in milliseconds from now: the more streams there are on the replica that
 * went, the longer the time over which they are spread.
 */
export function jitter(streams: number, random: () => number = Math.random, maxMs = MAX_SPREAD_MS): number {
  return Math.floor(random() * Math.min(streams * PER_STREAM_MS, maxMs));
}
