import { adapterRef } from '@mcp-gateway/common/contracts';
import type { ErrorCode } from '@mcp-gateway/common/errors';
import {
  labelledSeries,
  HTTP_BUCKETS,
  methodLabel,
  onHead,
  statusClass,
  type Metrics,
} from '@mcp-gateway/platform/telemetry';
import { announcesEventStream, eraOf } from '@mcp-gateway/protocol';
import type { McpPipeline } from '../pipeline.js';
import type { Displaced, MoveOutcome } from '../recovery/recover.js';
import { addGauges, type GaugeParts, type UnderWay } from './gauges.js';

export interface DataPlaneMetrics {
  /** The pipeline, counted. */
  measured(pipeline: McpPipeline): McpPipeline;
  refused(adapter: string, code: ErrorCode): void;
  moved(why: Displaced['why'], outcome: MoveOutcome): void;
}

/** For every name that is not one of an adapter: anybody can ask for any number of them. */
const NO_ADAPTER = 'none';
const REASONS: readonly Displaced['why'][] = ['gone', 'unknown', 'draining'];

/** What docs/metrics.md lists for the data plane. Names of adapters are told while they are in the routes. */
export function dataPlaneMetrics(
  metrics: Metrics,
  { routes, ...parts }: Omit<GaugeParts, 'underWay'>,
): DataPlaneMetrics {
  const requests = labelledSeries(
    metrics.counter({
      name: 'mcp_gateway_requests_total',
      help: 'MCP requests that were answered, or whose client went away before',
      labels: ['adapter', 'era', 'method', 'status'],
    }),
  );
  const durations = labelledSeries(
    metrics.histogram({
      name: 'mcp_gateway_request_duration_seconds',
      help: 'Time from the head of an MCP request to the head of its answer',
      labels: ['adapter', 'method'],
      buckets: HTTP_BUCKETS,
    }),
  );
  const refusals = labelledSeries(
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

  const label = (adapter: string) => (routes.get(adapterRef(adapter)) ? adapter : NO_ADAPTER);
  function underWayOf(adapter: string): UnderWay {
    let found = underWay.get(adapter);
    if (!found) underWay.set(adapter, (found = { requests: 0, streams: 0 }));
    return found;
  }
  routes.onChange(() => {
    for (const adapter of underWay.keys()) {
      if (adapter === NO_ADAPTER || routes.get(adapterRef(adapter))) continue;
      underWay.delete(adapter);
      for (const series of [requests, durations, refusals]) series.forget(adapter);
    }
  });

  return {
    measured: (pipeline) => async (req, res, address) => {
      const began = performance.now();
      const era = eraOf(req.method, req.headers);
      const method = methodLabel(req.method);
      const now = underWayOf(label(address.adapter));
      let isAnswered = false;
      let isStream = false;
      now.requests += 1;
      onHead(res, (status, headers) => {
        const adapter = label(address.adapter); // again: it may have gone meanwhile
        requests.of(adapter, era, method, statusClass(status)).inc();
        durations.of(adapter, method).observe((performance.now() - began) / 1000);
        isAnswered = true;
        isStream = announcesEventStream(headers);
        if (isStream) now.streams += 1;
      });
      try {
        await pipeline(req, res, address);
      } finally {
        now.requests -= 1;
        if (isStream) now.streams -= 1;
        if (!isAnswered) requests.of(label(address.adapter), era, method, statusClass(undefined)).inc();
      }
    },
    refused: (adapter, code) => refusals.of(label(adapter), code).inc(),
    moved: (why, outcome) => moves.inc({ reason: why, outcome }),
  };
}
