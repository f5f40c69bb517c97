import type { ErrorCode } from '@mcp-gateway/common/errors';
import {
  children,
  HTTP_BUCKETS,
  methodLabel,
  type Metrics,
  onHead,
  statusClass,
} from '@mcp-gateway/platform/telemetry';
import { announcesEventStream, eraOf } from '@mcp-gateway/protocol';
import type { McpPipeline } from '../pipeline/pipeline.js';
import type { RelocationOutcome } from '../sessions/relocate/relocator.js';
import { addGauges, type GaugeParts, type UnderWay } from './gauges.js';
import type { Relocation } from '../sessions/relocate/relocation.js';
import type { RequestContext, RequestObserver } from '../request/context.js';

export interface DataPlaneMetrics extends RequestObserver {
  relocated(why: Relocation['why'], outcome: RelocationOutcome): void;
}

/** For every name that is not one of an adapter: anybody can ask for any number of them. */
const NO_ADAPTER = 'none';
const REASONS: readonly Relocation['why'][] = ['gone', 'unknown', 'draining'];

/** What docs/metrics.md lists for the data plane. Names of adapters are told while they are in the routes. */
export function dataPlaneMetrics(
  metrics: Metrics,
  { routes, ...parts }: Omit<GaugeParts, 'underWay'>,
): DataPlaneMetrics {
  const requests = children(
    metrics.counter({
      name: 'mcp_gateway_requests_total',
      help: 'MCP requests that have ended',
      labels: ['adapter', 'era', 'method', 'status'],
    }),
  );
  const durations = children(
    metrics.histogram({
      name: 'mcp_gateway_request_duration_seconds',
      help: 'Time from the head of an MCP request to the head of its answer',
      labels: ['adapter', 'method'],
      buckets: HTTP_BUCKETS,
    }),
  );
  const refusals = children(
    metrics.counter({
      name: 'mcp_gateway_refusals_total',
      help: 'MCP requests that the gateway itself answered with an error, or broke off',
      labels: ['adapter', 'code'],
    }),
  );
  const moves = metrics.counter({
    name: 'mcp_gateway_session_moves_total',
    help: 'Sessions that could not stay where they were',
    labels: ['reason', 'outcome'],
  });
  for (const reason of REASONS) moves.inc({ reason, outcome: 'settled' }, 0); // so that a rate sees the first
  const underWay = new Map<string, UnderWay>();
  addGauges(metrics, { ...parts, routes, underWay });

  const label = ({ resource }: RequestContext) => (resource && routes.get(resource.name) ? resource.name : NO_ADAPTER);
  function underWayOf(adapter: string): UnderWay {
    let found = underWay.get(adapter);
    if (!found) underWay.set(adapter, (found = { requests: 0, streams: 0 }));
    return found;
  }
  routes.onChange(() => {
    for (const adapter of underWay.keys()) {
      if (adapter === NO_ADAPTER || routes.get(adapter)) continue;
      underWay.delete(adapter);
      for (const series of [requests, durations, refusals]) series.forget(adapter);
    }
  });

  const activeOf = new WeakMap<RequestContext, UnderWay>();

  return {
    entered(context) {
      const active = underWayOf(label(context));
      activeOf.set(context, active);
      active.requests += 1;
    },
    answered(context) {
      const active = activeOf.get(context);
      if (active && context.head?.isEventStream) active.streams += 1;
    },
    ended(context) {
      const active = activeOf.get(context);
      if (!active) return;
      const { req, head, refusal } = context;
      const name = label(context); // again: it may have left the routes meanwhile
      const method = methodLabel(req.method);
      active.requests -= 1;
      if (head?.isEventStream) active.streams -= 1;
      requests.of(name, context.era ?? eraOf(req.method, req.headers), method, statusClass(head?.status)).inc();
      if (head) durations.of(name, method).observe(head.afterMs / 1000);
      if (refusal) refusals.of(name, refusal.code).inc();
    },
    relocated: (reason, outcome) => moves.inc({ reason, outcome }),
  };
}
