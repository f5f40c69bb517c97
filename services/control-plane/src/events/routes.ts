import { GatewayError, unavailable } from '@mcp-gateway/common/errors';
import { hasExpired, type Principal } from '@mcp-gateway/common/principal';
import { Router } from 'express';
import { onlyMethods } from '../http/problems.js';
import { principalOf } from '../http/request.js';
import type { ChangeLog } from './change-log.js';
import { beginOf, eventQueryOf } from './query.js';
import { sendEvents } from './stream.js';

/** Of one caller, and of all, at one control plane. */
const MAX_PER_CALLER = 20;
const MAX_STREAMS = 1_000;
const RETRY_AFTER_SECONDS = 5;

export interface EventRoutesParts {
  changes: ChangeLog;
  /** Whether the sign-in of the caller still holds. */
  isHeld: (principal: Principal) => Promise<boolean>;
  /** The caller with the tenants that it administers by now. */
  current: (principal: Principal) => Promise<Principal>;
  /** How often the gateway checks a caller for whom nothing happens, in milliseconds; default: see stream.ts. */
  checkEveryMs?: number | undefined;
}

/** The REST API of /events: the one stream of changes. */
export function eventRoutes({ changes, isHeld, current, checkEveryMs }: EventRoutesParts): Router {
  const router = Router({ caseSensitive: true });
  const open = streamLimiter();

  router.get('/', async (req, res) => {
    const query = eventQueryOf(req.query, req.get('last-event-id'));
    const principal = principalOf(req);
    const release = open(principal.subject);
    res.once('close', release);
    const caller = async () =>
      hasExpired(principal) || !(await isHeld(principal)) ? undefined : await current(principal);
    try {
      const reader = await changes.open();
      res.once('close', reader.close);
      if (res.destroyed) reader.close(); // the client has left meanwhile
      const begin = beginOf(query.since, reader.ends);
      await sendEvents({ reader, begin, filter: query, caller, checkEveryMs }, req, res);
    } finally {
      release();
    }
  });

  router.all('/', onlyMethods(['GET']));
  return router;
}

/**
 * Counts the open streams. The function opens one and returns what ends it.
 * @throws GatewayError STREAM_LIMIT, UNAVAILABLE
 */
function streamLimiter(): (subject: string) => () => void {
  const bySubject = new Map<string, number>();
  let all = 0;
  return (subject) => {
    const own = bySubject.get(subject) ?? 0;
    if (own >= MAX_PER_CALLER) {
      throw new GatewayError('STREAM_LIMIT', {
        detail: `you have ${MAX_PER_CALLER} streams open; end one of them`,
        headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
      });
    }
    if (all >= MAX_STREAMS) {
      throw unavailable('as many streams of events are open as the control plane serves', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    bySubject.set(subject, own + 1);
    all += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      all -= 1;
      const left = (bySubject.get(subject) ?? 1) - 1;
      if (left > 0) bySubject.set(subject, left);
      else bySubject.delete(subject);
    };
  };
}
