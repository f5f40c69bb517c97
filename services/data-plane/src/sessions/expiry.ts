import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RouteTable } from '@mcp-gateway/routing';
import type { Route } from '@mcp-gateway/common/contracts';
import type { SessionRecords, SessionRef } from '@mcp-gateway/sessions';
import { type AllLimits, idleSince, abandonedSince, tooOldSince } from './limits.js';

const EVERY_MS = 30_000;
/** A route may be away for a moment. */
const MAX_MISSED = 2;

/**
 * Ends sessions that are idle for too long or too old, through whichever data plane they came. Requests would detect
 * this too, but a client may never make one. Sessions of an adapter that is gone end, too: nobody can use them, and they
 * would count against the limit of their tenant until they are too old. Every data plane runs this, at times of its own,
 * until the returned function is called.
 */
export function expireSessions(
  routes: Pick<RouteTable, 'all'>,
  sessions: { endOverdue(route: Route): Promise<void>; endAll(route: Route): Promise<void> },
  log: Logger,
  everyMs = EVERY_MS,
): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  /** By resource: its last route, and in how many passes it had none. */
  const known = new Map<string, { route: Route; missed: number }>();
  async function endOfGone(): Promise<void> {
    for (const [id, each] of known) {
      each.missed += 1;
      if (each.missed <= MAX_MISSED) continue;
      await sessions.endAll(each.route);
      known.delete(id);
    }
  }
  void (async () => {
    for (;;) {
      await delay(everyMs * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        await endOfGone();
        for (const route of routes.all()) {
          known.set(route.resourceId, { route, missed: 0 });
          await sessions.endOverdue(route);
        }
      } catch (error) {
        log.debug({ err: error }, 'overdue sessions could not be ended; the gateway tries again');
      }
    }
  })();
  return () => stopping.abort();
}

/** Ends the open sessions of a resource that is gone, and so are its servers. */
export async function endSessionsOf(
  records: Pick<SessionRecords, 'find' | 'openedBefore'>,
  { kind, resourceId }: Route,
  close: (session: SessionRef) => Promise<unknown>,
): Promise<void> {
  for (;;) {
    const ids = await records.openedBefore({ kind, resourceId }, Number.MAX_SAFE_INTEGER, MAX_AT_ONCE);
    for (const id of ids) {
      const { record } = await records.find({ id, kind, resourceId });
      await close({ id, kind, resourceId, caller: record === null || record === 'closed' ? '' : record.caller });
    }
    if (ids.length < MAX_AT_ONCE) return;
  }
}

/** Maximum of each kind of overdue sessions in one pass. */
const MAX_AT_ONCE = 1_000;

export type CloseSession = (
  session: SessionRef,
  how: { tellServer: boolean; unlessUsedSince?: number },
) => Promise<unknown>;

/**
 * Ends the sessions of the resource that are idle for too long or too old, and streams of data planes that have died.
 */
export async function endOverdueSessions(
  records: Pick<SessionRecords, 'find' | 'idle' | 'abandonedStreams' | 'openedBefore'>,
  route: Route,
  limits: AllLimits,
  nowSeconds: number,
  close: CloseSession,
): Promise<void> {
  const { kind, resourceId } = route;
  const closeAll = async (ids: readonly string[], how: { unlessUsedSince?: number } = {}) => {
    for (const id of ids) {
      const { record } = await records.find({ id, kind, resourceId }).catch(() => ({ record: null }));
      const caller = record === null || record === 'closed' ? '' : record.caller;
      await close({ id, kind, resourceId, caller }, { tellServer: true, ...how });
    }
  };
  const idle = idleSince(nowSeconds, limits);
  await closeAll(await records.idle(route, idle, MAX_AT_ONCE), { unlessUsedSince: idle });
  const left = abandonedSince(nowSeconds);
  await closeAll(await records.abandonedStreams(route, left, MAX_AT_ONCE), { unlessUsedSince: left });
  await closeAll(await records.openedBefore(route, tooOldSince(nowSeconds, limits), MAX_AT_ONCE));
}
