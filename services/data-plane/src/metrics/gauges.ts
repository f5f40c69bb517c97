import type { Endpoint, ResourceRef } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { RouteTable } from '@mcp-gateway/routing';
import { type Metrics, redisGauge } from '@mcp-gateway/platform/telemetry';
import type { Balancer } from '../upstream/balancer/balancer.js';
import type { SessionStore } from '../sessions/store.js';

/**
 * draining  is about to end
 * unready   gets no new sessions
 * ejected   gets nothing new for a while, as requests to it have failed
 * ready     none of these
 */
export type EndpointState = 'ready' | 'ejected' | 'unready' | 'draining';

/** How many endpoints are in each state; each is in one. */
export function endpointStates(
  endpoints: readonly Endpoint[],
  ejected: ReadonlySet<string>,
): Record<EndpointState, number> {
  const counts = { ready: 0, ejected: 0, unready: 0, draining: 0 };
  for (const endpoint of endpoints) counts[stateOf(endpoint, ejected)] += 1;
  return counts;
}

function stateOf({ id, ready, draining }: Endpoint, ejected: ReadonlySet<string>): EndpointState {
  if (draining) return 'draining';
  if (!ready) return 'unready';
  return ejected.has(id) ? 'ejected' : 'ready';
}

/** What is going on for one resource now. */
export interface UnderWay {
  resource: ResourceRef;
  requests: number;
  streams: number;
}

export interface GaugeParts {
  redis: Pick<RedisClient, 'isReady'>;
  routes: RouteTable;
  sessions: Pick<SessionStore, 'cached'>;
  balancer: Pick<Balancer, 'ejected'>;
  /** Of sessions that are to move to another replica. */
  relocationsWaiting: () => number;
  /** By resource. */
  underWay: ReadonlyMap<string, UnderWay>;
}

/** What the parts of the data plane know anyway, read when somebody asks. */
export function addGauges(metrics: Metrics, parts: GaugeParts): void {
  const { redis, routes, sessions, balancer, relocationsWaiting, underWay } = parts;
  const single = (name: string, help: string, read: () => number | undefined) =>
    metrics.gauge({ name, help, labels: [] }, () => {
      const value = read();
      return value === undefined ? [] : [{ labels: {}, value }];
    });
  const byResource = (name: string, help: string, count: (now: UnderWay) => number) =>
    metrics.gauge({ name, help, labels: ['kind', 'name'] }, () =>
      Array.from(underWay.values(), (now) => ({
        labels: { kind: now.resource.kind, name: now.resource.name },
        value: count(now),
      })),
    );

  byResource('mcp_gateway_requests_in_flight', 'MCP requests under way, streams included', (now) => now.requests);
  byResource('mcp_gateway_streams_open', 'Event streams that are open to clients', (now) => now.streams);
  metrics.gauge(
    { name: 'mcp_gateway_endpoints', help: 'Replicas in the routes, by state', labels: ['kind', 'name', 'state'] },
    () =>
      Array.from(routes.all()).flatMap((route) =>
        Object.entries(endpointStates(route.endpoints, balancer.ejected(route))).map(([state, value]) => ({
          labels: { kind: route.kind, name: route.name, state },
          value,
        })),
      ),
  );
  single('mcp_gateway_session_moves_waiting', 'Sessions that wait in line to be moved', relocationsWaiting);
  single('mcp_gateway_sessions_cached', 'Sessions in memory', () => sessions.cached().sessions);
  single('mcp_gateway_sessions_cached_bytes', 'About what these take', () => sessions.cached().bytes);
  single('mcp_gateway_routes', 'Adapters in the routes', () => Array.from(routes.all()).length);
  single('mcp_gateway_routes_read_timestamp_seconds', 'When all routes were read last, since the epoch', () => {
    const at = routes.loadedAt();
    return at === undefined ? undefined : at / 1000;
  });
  redisGauge(metrics, redis);
}
