import type { RequestListener } from 'node:http';
import { HookedResponse } from '@mcp-gateway/platform/serving';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { HTTP_BUCKETS, methodLabel, redisGauge, statusClass, type Metrics } from '@mcp-gateway/platform/telemetry';
import { managementPaths } from './openapi/management-paths.js';

const OPERATIONAL = ['/livez', '/readyz', '/openapi.json', '/errors'];

/** Counts and times the requests of the API, as docs/metrics.md lists for the control plane. */
export function instrumentApi(
  metrics: Metrics,
  redis: Pick<RedisClient, 'isReady'>,
  serve: RequestListener,
): RequestListener {
  const patterns = [...OPERATIONAL, ...Object.keys(managementPaths)];
  const requests = metrics.counter({
    name: 'mcp_gateway_api_requests_total',
    help: 'Requests of the REST API, by answer; also requests whose client disconnected before the answer',
    labels: ['route', 'method', 'status'],
  });
  const durations = metrics.histogram({
    name: 'mcp_gateway_api_request_duration_seconds',
    help: 'Time from the head of a request of the REST API to the head of its answer',
    labels: ['route', 'method'],
    buckets: HTTP_BUCKETS,
  });
  redisGauge(metrics, redis);

  return (req, res) => {
    const began = performance.now();
    const labels = { route: routePattern(patterns, req.url ?? ''), method: methodLabel(req.method) };
    if (res instanceof HookedResponse) {
      res.onHead = (status) => {
        requests.inc({ ...labels, status: statusClass(status) });
        durations.observe(labels, (performance.now() - began) / 1000);
      };
    }
    res.once('close', () => {
      if (!res.headersSent) requests.inc({ ...labels, status: statusClass(undefined) });
    });
    serve(req, res);
  };
}

/** The pattern, such as `/adapters/{name}`, that matches the URL; `other` when none does. */
export function routePattern(patterns: readonly string[], url: string): string {
  const [path = ''] = url.split('?');
  const segments = path.replace(/(?<=.)\/$/, '').split('/');
  const isOf = (pattern: string) => {
    const parts = pattern.split('/');
    return parts.length === segments.length && parts.every((part, at) => part === segments[at] || part.startsWith('{'));
  };
  return patterns.find(isOf) ?? 'other';
}
