import type { RedisClient } from '../redis/index.js';
import type { Metrics } from './metrics.js';

/** Every service has it. */
export function redisGauge(metrics: Metrics, redis: Pick<RedisClient, 'isReady'>): void {
  metrics.gauge(
    { name: 'mcp_gateway_redis_connected', help: '1 while the service is connected to Redis', labels: [] },
    () => [{ labels: {}, value: redis.isReady ? 1 : 0 }],
  );
}
