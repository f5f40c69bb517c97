import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@mcp-gateway/platform/logging';
import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionStore } from './store.js';

const EVERY_MS = 30_000;

/**
 * Ends sessions that nobody uses any more and those that are too old, whichever data plane they came by: a request would
 * find that out, but nobody may make one. Every data plane does so, each at a time of its own. Until the returned function is called.
 */
export function expireSessions(
  routes: Pick<RouteTable, 'all'>,
  sessions: Pick<SessionStore, 'endOverdue'>,
  log: Logger,
  everyMs = EVERY_MS,
): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  void (async () => {
    for (;;) {
      await delay(everyMs * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        for (const route of routes.all()) await sessions.endOverdue(route);
      } catch (error) {
        log.debug({ err: error }, 'overdue sessions not ended; it is tried again');
      }
    }
  })();
  return () => stopping.abort();
}
