import { GatewayError } from '@mcp-gateway/common/errors';
import { mcpPathOf, type ResourceRef, type Route, type SessionLimits } from '@mcp-gateway/common/contracts';
import type { Opening } from '@mcp-gateway/sessions';

/**
 * Says which limit was reached and what to do.
 * @param tenant of the caller, and the most sessions that it may have
 */
export function sessionLimitReached(
  full: Exclude<Opening, 'opened'>,
  resource: ResourceRef,
  { maxOpen, maxOpenPerCaller, idleTimeoutSeconds }: AllLimits,
  tenant: { id: string; maxOpen: number | undefined },
): GatewayError {
  const idle = `sessions that are idle for ${idleTimeoutSeconds} s end by themselves`;
  const headers = { 'retry-after': '30' };
  if (full === 'tenant-full') {
    const detail = `tenant ${tenant.id} has ${tenant.maxOpen} open sessions, the maximum; try again later: ${idle}`;
    return new GatewayError('QUOTA_EXCEEDED', { detail, reason: 'quota of the tenant: sessions', headers });
  }
  const { kind, name } = resource;
  const where = kind === 'adapter' ? name : mcpPathOf(resource);
  const listed = kind === 'adapter' ? ` (GET /adapters/${name}/sessions lists them)` : '';
  const detail =
    full === 'caller-full'
      ? `you have ${maxOpenPerCaller} open sessions on ${where}, the maximum for one caller; ` +
        `end one that you do not need${listed}; ${idle}`
      : `${where} has ${maxOpen} open sessions, the maximum for all of its callers together; try again later: ${idle}`;
  return new GatewayError('SESSION_LIMIT', { detail, headers });
}

export type AllLimits = { [Limit in keyof SessionLimits]-?: number };

/** Last uses are written in batches and clocks differ, so a session may outlive its limit by this much. */
const SLACK_SECONDS = 20;

/** The adapter's own limits, completed by those of the data plane's configuration. */
export const limitsOf = ({ sessions }: Pick<Route, 'sessions'>, defaults: AllLimits): AllLimits => ({
  idleTimeoutSeconds: sessions.idleTimeoutSeconds ?? defaults.idleTimeoutSeconds,
  maxAgeSeconds: sessions.maxAgeSeconds ?? defaults.maxAgeSeconds,
  maxOpen: sessions.maxOpen ?? defaults.maxOpen,
  maxOpenPerCaller: sessions.maxOpenPerCaller ?? defaults.maxOpenPerCaller,
});

/** A session whose last use is before this time, in seconds since the epoch, has expired. */
export const idleSince = (nowSeconds: number, { idleTimeoutSeconds }: AllLimits): number =>
  nowSeconds - idleTimeoutSeconds - SLACK_SECONDS;

/** Much longer than a restart of Redis, during which no use is recorded. */
const ABANDONED_AFTER_SECONDS = 300;

/**
 * A stream of the older HTTP transport is in use while it is open. A stream whose last use is before this time is not
 * open: its data plane has died.
 */
export const abandonedSince = (nowSeconds: number): number => nowSeconds - ABANDONED_AFTER_SECONDS;

/** How long to keep a record: the longest possible life of its session, plus the time in which expiry finds it. */
export const keepSeconds = ({ idleTimeoutSeconds, maxAgeSeconds }: AllLimits): number =>
  maxAgeSeconds + idleTimeoutSeconds + 10 * SLACK_SECONDS;

/** Whether the session is older than its maximum age. Times are seconds since the epoch. */
export const isTooOld = (issuedAt: number, nowSeconds: number, limits: AllLimits): boolean =>
  issuedAt < tooOldSince(nowSeconds, limits);

/** Sessions that were opened before this time are too old. */
export const tooOldSince = (nowSeconds: number, { maxAgeSeconds }: AllLimits): number => nowSeconds - maxAgeSeconds + 1;
