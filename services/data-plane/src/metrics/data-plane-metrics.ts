import { HTTP_BUCKETS, labelledSeries, methodLabel, type Metrics, statusClass } from '@mcp-gateway/platform/telemetry';
import { eraOf } from '@mcp-gateway/protocol';
import type { Scope } from '@mcp-gateway/quotas';
import { resourceKey, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { RelocationOutcome } from '../sessions/relocate/relocator.js';
import { addGauges, type GaugeParts, type UnderWay } from './gauges.js';
import type { Relocation } from '../sessions/relocate/relocation.js';
import type { RequestContext, RequestObserver } from '../request/context.js';

export interface DataPlaneMetrics extends RequestObserver {
  relocated(why: Relocation['why'], outcome: RelocationOutcome): void;
  /** A request of a tenant with limits was admitted, or refused by the limit of this scope. */
  decided(tenant: string, outcome: 'admitted' | Scope): void;
}

const NO_NAME = 'none';
const REASONS: readonly Relocation['why'][] = ['gone', 'unknown', 'draining'];

/**
 * The metrics that docs/metrics.md lists for the data plane. A resource has labels of its own only while it is routed.
 */
export function dataPlaneMetrics(
  metrics: Metrics,
  { routes, ...parts }: Omit<GaugeParts, 'underWay'>,
): DataPlaneMetrics {
  const { requests, durations, refusals, moves, decisions, leases } = defineMetrics(metrics);
  const underWay = new Map<string, UnderWay>();
  /** By tenant: prom-client would look the series up by a text that it makes of the labels. */
  const admitted = new Map<string, { inc(): void }>();
  addGauges(metrics, { ...parts, routes, underWay });
  parts.quotas.onLease((outcome) => leases.inc({ outcome }));

  /**
   * The labels of a request. All names outside of the routes share one label, because clients can invent any number of
   * names.
   */
  const labelOf = ({ resource }: RequestContext): ResourceRef =>
    resource && routes.get(resource) ? resource : { kind: resource?.kind ?? 'adapter', name: NO_NAME };
  function underWayOf(resource: ResourceRef): UnderWay {
    const key = resourceKey(resource);
    let found = underWay.get(key);
    if (!found) underWay.set(key, (found = { resource, requests: 0, streams: 0 }));
    return found;
  }
  routes.onChange(() => {
    for (const [key, { resource }] of underWay) {
      if (resource.name === NO_NAME || routes.get(resource)) continue;
      underWay.delete(key);
      for (const series of [requests, durations, refusals]) series.forget(resource);
    }
  });

  return {
    entered(context) {
      const active = underWayOf(labelOf(context));
      active.requests += 1;
      context.defer(() => (active.requests -= 1));
    },
    answered(context) {
      if (!context.resource || !context.head?.isEventStream) return;
      const active = underWayOf(labelOf(context));
      active.streams += 1;
      context.defer(() => (active.streams -= 1));
    },
    ended(context) {
      if (!context.resource) return;
      const { req, head, refusal } = context;
      const resource = labelOf(context); // read again: the resource may have left the routes meanwhile
      const method = methodLabel(req.method);
      requests.of(resource, context.era ?? eraOf(req.method, req.headers), method, statusClass(head?.status)).inc();
      if (head) durations.of(resource, method).observe(head.afterMs / 1000);
      if (refusal) refusals.of(resource, refusal.code).inc();
    },
    relocated: (reason, outcome) => moves.inc({ reason, outcome }),
    decided(tenant, outcome) {
      if (outcome !== 'admitted') return decisions.inc({ tenant, outcome });
      let series = admitted.get(tenant);
      if (!series) admitted.set(tenant, (series = decisions.labels(tenant, outcome)));
      series.inc();
    },
  };
}

function defineMetrics(metrics: Metrics) {
  const moves = metrics.counter({
    name: 'mcp_gateway_session_moves_total',
    help: 'Sessions that had to leave their replica',
    labels: ['reason', 'outcome'],
  });
  for (const reason of REASONS) moves.inc({ reason, outcome: 'relocated' }, 0); // initial zeros, so that a rate counts the first event
  return {
    requests: labelledSeries(
      metrics.counter({
        name: 'mcp_gateway_requests_total',
        help: 'MCP requests that have ended',
        labels: ['kind', 'name', 'era', 'method', 'status'],
      }),
    ),
    durations: labelledSeries(
      metrics.histogram({
        name: 'mcp_gateway_request_duration_seconds',
        help: 'Time from the head of an MCP request to the head of its answer',
        labels: ['kind', 'name', 'method'],
        buckets: HTTP_BUCKETS,
      }),
    ),
    refusals: labelledSeries(
      metrics.counter({
        name: 'mcp_gateway_refusals_total',
        help: 'MCP requests that the gateway itself answered with an error, or broke off',
        labels: ['kind', 'name', 'code'],
      }),
    ),
    moves,
    decisions: metrics.counter({
      name: 'mcp_gateway_quota_decisions_total',
      help: 'Requests and streams of tenants with limits: admitted, or the scope of the limit that refused them',
      labels: ['tenant', 'outcome'],
    }),
    leases: metrics.counter({
      name: 'mcp_gateway_quota_leases_total',
      help: 'Leases of quota: granted, exhausted, or made without Redis',
      labels: ['outcome'],
    }),
  };
}
