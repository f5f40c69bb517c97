import { type Endpoint, isAllTools, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import type { Quotas } from '@mcp-gateway/quotas';
import type { RouteTable } from '@mcp-gateway/routing';
import { type Metrics, redisGauge } from '@mcp-gateway/platform/telemetry';
import type { Balancer } from '../upstream/balancer/balancer.js';
import type { SessionStore } from '../sessions/store.js';

/**
 * draining  is about to end
 * unready   gets no new sessions
 * ejected   gets no new requests for a while, because requests to it failed
 * ready     none of these
 */
export type EndpointState = 'ready' | 'ejected' | 'unready' | 'draining';

/** The number of endpoints in each state; each endpoint counts in one. */
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

/** The open requests and streams of one resource. */
export interface UnderWay {
  resource: ResourceRef;
  requests: number;
  streams: number;
}

export interface GaugeParts {
  redis: Pick<RedisClient, 'isReady'>;
  routes: RouteTable;
  quotas: Pick<Quotas, 'isLocal' | 'onLease'>;
  sessions: Pick<SessionStore, 'cached'>;
  balancer: Pick<Balancer, 'ejected'>;
  /** Sessions that wait for their relocation. */
  relocationsWaiting: () => number;
  /** By resource. */
  underWay: ReadonlyMap<string, UnderWay>;
}

/** Gauges of state that the data plane keeps anyway, read at each scrape. */
export function addGauges(metrics: Metrics, parts: GaugeParts): void {
  const { redis, routes, quotas, sessions, balancer, relocationsWaiting, underWay } = parts;
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
  single('mcp_gateway_session_moves_waiting', 'Sessions that wait to be relocated', relocationsWaiting);
  single('mcp_gateway_sessions_cached', 'Sessions cached in memory', () => sessions.cached().sessions);
  single(
    'mcp_gateway_sessions_cached_bytes',
    'Approximate memory of the cached sessions',
    () => sessions.cached().bytes,
  );
  single('mcp_gateway_routes', 'Adapters, tools and toolsets in the routes', () => {
    return Array.from(routes.all()).filter((route) => !isAllTools(route)).length;
  });
  single('mcp_gateway_routes_read_timestamp_seconds', 'Unix time of the last complete load of the routes', () => {
    const at = routes.loadedAt();
    return at === undefined ? undefined : at / 1000;
  });
  single('mcp_gateway_quota_local', '1 while quotas are counted without Redis', () => (quotas.isLocal() ? 1 : 0));
  redisGauge(metrics, redis);
}
