import { GatewayError } from '@mcp-gateway/common/errors';
import type { Route, SessionLimits } from '@mcp-gateway/common/contracts';

/** Says which bound was met and what to do. */
export function sessionLimitReached(
  full: 'adapter-full' | 'caller-full',
  adapter: string,
  { maxOpen, maxOpenPerCaller, idleTimeoutSeconds }: AllLimits,
): GatewayError {
  const idle = `sessions that are idle for ${idleTimeoutSeconds} s end by themselves`;
  const detail =
    full === 'caller-full'
      ? `you have ${maxOpenPerCaller} open on ${adapter}, which is the most for one caller; end one that you do not need ` +
        `(GET /adapters/${adapter}/sessions lists them); ${idle}`
      : `${adapter} has ${maxOpen} open, which is the most for all of its callers; try again later: ${idle}`;
  return new GatewayError('SESSION_LIMIT', { detail, headers: { 'retry-after': '30' } });
}

export type AllLimits = { [Limit in keyof SessionLimits]-?: number };

/** Last uses are written in batches and clocks differ, so a session is not ended to the second. */
const SLACK_SECONDS = 20;

/** The adapter's own, and for what it leaves open those that this data plane was configured with. */
export const limitsOf = ({ sessions }: Pick<Route, 'sessions'>, defaults: AllLimits): AllLimits => ({
  idleTimeoutSeconds: sessions.idleTimeoutSeconds ?? defaults.idleTimeoutSeconds,
  maxAgeSeconds: sessions.maxAgeSeconds ?? defaults.maxAgeSeconds,
  maxOpen: sessions.maxOpen ?? defaults.maxOpen,
  maxOpenPerCaller: sessions.maxOpenPerCaller ?? defaults.maxOpenPerCaller,
});

/** A session that was last used before this time, in seconds since the epoch, has ended. */
export const idleSince = (nowSeconds: number, { idleTimeoutSeconds }: AllLimits): number =>
  nowSeconds - idleTimeoutSeconds - SLACK_SECONDS;

/** Much longer than Redis is away for a restart of its own, as nothing is seen meanwhile. */
const LEFT_AFTER_SECONDS = 300;

/**
 * A stream of the older HTTP transport is in use as long as it is open. One that was last seen before this time is not: the
 * data plane that held it has died.
 */
export const leftSince = (nowSeconds: number): number => nowSeconds - LEFT_AFTER_SECONDS;

/** How long to keep a record: as long as its session may live, and until it has been seen that it was not used. */
export const keepSeconds = ({ idleTimeoutSeconds, maxAgeSeconds }: AllLimits): number =>
  maxAgeSeconds + idleTimeoutSeconds + 10 * SLACK_SECONDS;

/** Whether its time is over, however much it is used. Times are seconds since the epoch. */
export const isTooOld = (issuedAt: number, nowSeconds: number, limits: AllLimits): boolean =>
  issuedAt < tooOldSince(nowSeconds, limits);

/** The same the other way round: what was opened before this time is over. */
export const tooOldSince = (nowSeconds: number, { maxAgeSeconds }: AllLimits): number => nowSeconds - maxAgeSeconds + 1;
