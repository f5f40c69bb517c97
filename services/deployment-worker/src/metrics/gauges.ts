import { Phase } from '@mcp-gateway/common/contracts';
import type { QueueCounts } from '@mcp-gateway/routing/queue';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { redisGauge, type Metrics } from '@mcp-gateway/platform/telemetry';
import type { AdapterCount } from '@mcp-gateway/database';

export interface GaugeParts {
  redis: Pick<RedisClient, 'isReady'>;
  queue: QueueCounts;
  adapters: () => Promise<AdapterCount[]>;
}

const PHASES = [...Phase.options, 'Deleting'];

/** What is the same for all workers, and is read where it is kept when somebody asks. */
export function addGauges(metrics: Metrics, { redis, queue, adapters }: GaugeParts): void {
  let counting: Promise<AdapterCount[]> | undefined;
  /** One query for both metrics. */
  const counts = () => (counting ??= adapters().finally(() => (counting = undefined)));

  metrics.gauge(
    { name: 'mcp_gateway_adapters', help: 'Registered adapters, by phase', labels: ['phase'] },
    async () => {
      const found = new Map((await counts()).map((count) => [count.phase, count.adapters]));
      return PHASES.map((phase) => ({ labels: { phase }, value: found.get(phase) ?? 0 }));
    },
  );
  metrics.gauge(
    {
      name: 'mcp_gateway_adapters_lagging',
      help: 'Adapters of which a change has not been acted on yet',
      labels: [],
    },
    async () => [{ labels: {}, value: (await counts()).reduce((sum, { lagging }) => sum + lagging, 0) }],
  );
  metrics.gauge(
    { name: 'mcp_gateway_queue_jobs', help: 'Adapters in the queue, by state', labels: ['state'] },
    async () => Object.entries(await queue.counts()).map(([state, value]) => ({ labels: { state }, value })),
  );
  redisGauge(metrics, redis);
}
