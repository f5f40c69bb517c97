import type { Endpoint } from '@mcp-gateway/common/contracts';
import { type HeaderList, identityHeaders } from '@mcp-gateway/protocol';
import type { RouteTable } from '@mcp-gateway/routing';
import type { SessionRecords } from '@mcp-gateway/sessions';
import type { UpstreamCredentials } from '../credentials/upstream-credentials.js';
import type { Upstreams } from '../upstream/pools.js';
import { callUpstream } from '../upstream/call.js';
import { findEndpoint } from '../upstream/find-endpoint.js';
import type { SessionStore } from './store.js';
import { createConcurrencyLimiter } from './concurrency-limiter.js';

const TERMINATION_MS = 5_000;

/**
 * Tells a server with DELETE that a session has ended. The server need not answer; a replica that is gone has no
 * session left.
 * @param headers those that name the caller, and credentials for the server
 */
export async function terminateUpstreamSession(
  upstreams: Upstreams,
  endpoint: Endpoint,
  {
    upstreamId,
    headers,
    protocolVersion,
  }: { upstreamId: string; headers: HeaderList; protocolVersion?: string | null | undefined },
): Promise<void> {
  const version = protocolVersion ? ['Mcp-Protocol-Version', protocolVersion] : [];
  const sent = ['Mcp-Session-Id', upstreamId, ...version, ...headers];
  try {
    await callUpstream(upstreams, endpoint, { method: 'DELETE', headers: sent, timeoutMs: TERMINATION_MS });
  } catch {
    // The replica is gone, or too busy to answer.
  }
}

const AT_ONCE = 16;
const MAX_WAITING = 10_000;

/**
 * Terminates sessions on their servers that ended without the server: by the API, or by expiry. One data plane takes
 * each termination from the list, and needs the route for it. When that data plane dies, the server is not told, and
 * ends the session by its own timeout.
 */
export function terminateEndedSessions(
  routes: RouteTable,
  sessions: Pick<SessionStore, 'onTermination'> & { records: Pick<SessionRecords, 'nextTermination'> },
  upstreams: Upstreams,
  credentials: Pick<UpstreamCredentials, 'ofGateway'>,
): void {
  const limiter = createConcurrencyLimiter({ atOnce: AT_ONCE, waiting: MAX_WAITING });
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
      // Redis is unavailable. The next pass runs when the routes are loaded again.
    } finally {
      working = false;
    }
  }

  async function takeAll() {
    for (
      let termination = await sessions.records.nextTermination();
      termination;
      termination = await sessions.records.nextTermination()
    ) {
      const { kind, name, endpointId, caller, ...session } = termination;
      const endpoint = await findEndpoint(routes, { kind, name }, endpointId);
      const route = routes.get({ kind, name });
      if (!endpoint || !route) continue;
      void limiter(async () => {
        const identity = route.remote ? [] : identityHeaders({ subject: caller, name: caller, roles: [] });
        const headers = [...identity, ...(await credentials.ofGateway(route, caller))];
        await terminateUpstreamSession(upstreams, endpoint, { ...session, headers });
      }).catch(() => {});
    }
  }

  sessions.onTermination(() => void work());
  routes.onChange(() => void work());
}
