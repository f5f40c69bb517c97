import type { Logger } from '../logging/index.js';
import { closeServer, listen } from '../serving/index.js';
import type { RedisClient } from '../redis/index.js';
import type { Metrics } from './metrics.js';
import { metricsServer } from './server.js';

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
