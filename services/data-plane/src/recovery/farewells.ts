import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionRecords } from '@mcp-gateway/sessions';
import { findEndpoint } from '../find-endpoint.js';
import type { SessionStore } from '../sessions/store.js';
import type { Upstreams } from '../upstreams.js';
import { sayFarewell } from './farewell.js';
import { createHerd } from './herd.js';

const AT_ONCE = 16;
const MAX_WAITING = 10_000;

/**
 * Tells servers of sessions that ended without them: by the API, or because nobody used them. Each is taken from the list by
 * one data plane, which has to know its routes by then. When that dies with it, the server is not told; it ends the session by
 * itself when it is not used.
 */
export function sayFarewells(
  routes: RouteTable,
  sessions: Pick<SessionStore, 'onFarewell'> & { records: Pick<SessionRecords, 'nextTermination'> },
  upstreams: Upstreams,
): void {
  const herd = createHerd({ atOnce: AT_ONCE, waiting: MAX_WAITING });
  let again = false;
  let working = false;

  async function work() {
    if (!routes.isLoaded()) return;
    again = true;
    if (working) return;
    working = true;
    try {
      while (again) {
        again = false;
        await takeAll();
      }
    } catch {
      // Redis is away. The routes are read again when it is back, and every now and then.
    } finally {
      working = false;
    }
  }

  async function takeAll() {
    for (
      let farewell = await sessions.records.nextTermination();
      farewell;
      farewell = await sessions.records.nextTermination()
    ) {
      const { kind: _, name, endpointId, ...session } = farewell;
      const endpoint = await findEndpoint(routes, name, endpointId);
      if (!endpoint) continue;
      void herd(() => sayFarewell(upstreams, endpoint, session)).catch(() => {});
    }
  }

  sessions.onFarewell(() => void work());
  routes.onChange(() => void work());
}
