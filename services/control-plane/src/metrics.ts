import type { RequestListener } from 'node:http';
import type { AuditStream } from '@mcp-gateway/audit';
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

/** Counts what becomes of the records in the audit stream, as docs/metrics.md lists. */
export function auditMetrics(metrics: Metrics, stream: Pick<AuditStream, 'length'>) {
  const records = metrics.counter({
    name: 'mcp_gateway_audit_stored_total',
    help: 'Entries of the audit stream that this control plane has taken, by what became of them',
    labels: ['outcome'],
  });
  for (const outcome of ['stored', 'unreadable']) records.inc({ outcome }, 0); // so that a rate counts the first event
  metrics.gauge(
    { name: 'mcp_gateway_audit_waiting', help: 'Audit records in Redis that wait to be stored', labels: [] },
    async () => [{ labels: {}, value: await stream.length() }],
  );
  return (outcome: 'stored' | 'unreadable', count: number) => records.inc({ outcome }, count);
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
