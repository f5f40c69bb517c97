import { createServer, type Server } from 'node:http';
import type { ResourceRef } from '@mcp-gateway/common/contracts';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { isLoopback } from './config/index.js';
import type { Logger } from './logging.js';
import type { Metrics } from './metrics.js';
import type { RedisClient } from './redis/index.js';
import { checkBrowserAccess, closeServer, listen } from './serving/index.js';

export type { Metrics, Sample } from './metrics.js';

interface MetricsConfig {
  MCP_GATEWAY_METRICS_PORT?: number | undefined;
  MCP_GATEWAY_METRICS_HOST: string;
}

interface OpenParts {
  log: Logger;
  defer: (step: () => Promise<unknown>) => void;
}

const GRACE_MS = 1_000;
const VARIABLES = { port: 'MCP_GATEWAY_METRICS_PORT', host: 'MCP_GATEWAY_METRICS_HOST' };

/**
 * Serves metrics on a port of their own: they name adapters, which is nothing for everybody who may reach the service.
 * Undefined, and nothing is loaded, when no port is set.
 * @throws ConfigError when the port cannot be listened on
 */
export async function serveMetrics(config: MetricsConfig, { log, defer }: OpenParts): Promise<Metrics | undefined> {
  const { MCP_GATEWAY_METRICS_PORT: port, MCP_GATEWAY_METRICS_HOST: host } = config;
  if (port === undefined) return undefined;
  const { createMetrics } = await import('./metrics.js');
  const metrics = createMetrics();
  const server = metricsServer(metrics, { host, log });
  defer(() => closeServer(server, GRACE_MS));
  const metricsPort = await listen(server, { host, port }, VARIABLES);
  log.info({ metricsPort }, 'metrics are served');
  return metrics;
}

/** The gauge that every service has. */
export function redisGauge(metrics: Metrics, redis: Pick<RedisClient, 'isReady'>): void {
  metrics.gauge(
    { name: 'mcp_gateway_redis_connected', help: '1 while the service is connected to Redis', labels: [] },
    () => [{ labels: {}, value: redis.isReady ? 1 : 0 }],
  );
}

/** Those that scrape are few; each keeps a connection. */
const MAX_CONNECTIONS = 64;
const REQUEST_MS = 10_000;

/**
 * Answers GET and HEAD of /metrics, and nothing else. Requests that arrive while an answer is made share it.
 * @param host that it will listen on: on loopback, no web page gets to read it by a name of its own
 */
export function metricsServer(
  { text, contentType }: Pick<Metrics, 'text' | 'contentType'>,
  { host, log }: { host: string; log: Logger },
): Server {
  const access = { allowedOrigins: [], allowedHosts: [], loopback: isLoopback(host) };
  let underWay: Promise<string> | undefined;
  const shared = () => (underWay ??= text().finally(() => (underWay = undefined)));

  const limits = { headersTimeout: REQUEST_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: REQUEST_MS };
  const server = createServer(limits, (req, res) => {
    const answer = (status: number, body: string, headers: Record<string, string> = {}) =>
      res
        .writeHead(status, {
          'content-type': 'text/plain; charset=utf-8',
          'content-length': Buffer.byteLength(body),
          ...headers,
        })
        .end(body); // Node leaves it out of the answer to HEAD
    try {
      checkBrowserAccess(req.headers, access, req.method === 'GET' || req.method === 'HEAD');
    } catch (error) {
      return answer(403, `${(error as GatewayError).title}\n`);
    }
    if (req.url?.split('?')[0] !== '/metrics') return answer(404, 'try /metrics\n');
    if (req.method !== 'GET' && req.method !== 'HEAD') return answer(405, 'use GET\n', { allow: 'GET, HEAD' });
    return void shared().then(
      (body) => answer(200, body, { 'content-type': contentType }),
      (error: unknown) => {
        log.warn({ err: error }, 'metrics could not be collected');
        answer(500, 'the metrics could not be collected; the log has the cause\n');
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

/** Seconds until an answer begins: from what is in memory to a tool that takes its time. */
export const HTTP_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const CLASSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** `2xx` and the like; `none` when there was no answer. */
export const statusClass = (status: number | undefined): string => CLASSES[Math.floor((status ?? 0) / 100)] ?? 'none';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The method, or `other`: anybody can make one up. */
export const methodLabel = (method: string | undefined): string =>
  METHODS.has(method ?? '') ? String(method) : 'other';

/** A metric of prom-client, as far as its series are concerned. */
interface Labelled<Child> {
  labels(...values: string[]): Child;
  remove(...values: string[]): void;
}

/** The series of a metric whose first two labels are the kind and the name of a resource that may go. */
export interface LabelledSeries<Child> {
  /** The series of the resource with these values of the other labels. */
  of(resource: ResourceRef, ...values: string[]): Child;
  /** Removes all series of the resource. */
  forget(resource: ResourceRef): void;
}

/** Keeps series in memory, so that counting looks nothing up in prom-client, and knows which of them belong to a resource. */
export function labelledSeries<Child>(metric: Labelled<Child>): LabelledSeries<Child> {
  const byResource = new Map<string, Map<string, { child: Child; values: string[] }>>();
  return {
    of({ kind, name }, ...values) {
      const resource = `${kind}/${name}`;
      let series = byResource.get(resource);
      if (!series) byResource.set(resource, (series = new Map()));
      const key = values.join(' ');
      let known = series.get(key);
      if (!known) series.set(key, (known = { child: metric.labels(kind, name, ...values), values }));
      return known.child;
    },
    forget({ kind, name }) {
      const resource = `${kind}/${name}`;
      for (const { values } of byResource.get(resource)?.values() ?? []) metric.remove(kind, name, ...values);
      byResource.delete(resource);
    },
  };
}
