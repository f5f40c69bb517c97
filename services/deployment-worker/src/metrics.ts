import { Phase, ResourceKind } from '@mcp-gateway/common/contracts';
import type { ResourceCount } from '@mcp-gateway/database';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { redisGauge, statusClass, type Metrics } from '@mcp-gateway/platform/telemetry';
import type { QueueCounts } from '@mcp-gateway/routing/queue';
import type { ApiCallListener } from '@mcp-gateway/runtime/kubernetes';
import { CONCURRENCY, type ConsumerOptions } from './consume.js';

interface GaugeParts {
  redis: Pick<RedisClient, 'isReady'>;
  queue: QueueCounts;
  resources: () => Promise<ResourceCount[]>;
}

export interface WorkerMetrics {
  apiAnswered: ApiCallListener;
  /** The reconciler, counted. */
  reconciling(reconcile: ConsumerOptions['reconcile']): ConsumerOptions['reconcile'];
  /** Reads the gauges from these parts at each scrape from now on. */
  watch(parts: GaugeParts): void;
}

const KINDS = ResourceKind.options;

/** Seconds: one that has nothing to do takes milliseconds, one that waits for a cluster that is slow half a minute. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The worker's metrics that docs/metrics.md lists. */
export function workerMetrics(metrics: Metrics): WorkerMetrics {
  const reconciles = metrics.counter({
    name: 'mcp_gateway_reconciles_total',
    help: 'Reconciles that have ended',
    labels: ['kind', 'outcome'],
  });
  const durations = metrics.histogram({
    name: 'mcp_gateway_reconcile_duration_seconds',
    help: 'How long reconciles took',
    labels: ['kind'],
    buckets: BUCKETS,
  });
  const retries = metrics.counter({
    name: 'mcp_gateway_reconcile_retries_total',
    help: 'Reconciles that were begun because the one before had failed',
    labels: ['kind'],
  });
  const apiRequests = metrics.counter({
    name: 'mcp_gateway_kubernetes_requests_total',
    help: 'Requests to the Kubernetes API that were answered or got no answer',
    labels: ['verb', 'status'],
  });
  let underWay = 0;
  for (const kind of KINDS) {
    retries.inc({ kind }, 0); // so that a rate sees the first
    for (const outcome of ['succeeded', 'failed']) reconciles.inc({ kind, outcome }, 0);
  }
  const single = (name: string, help: string, value: () => number) =>
    metrics.gauge({ name, help, labels: [] }, () => [{ labels: {}, value: value() }]);
  single('mcp_gateway_reconciles_in_progress', 'Resources that this worker works on now', () => underWay);
  single('mcp_gateway_reconciles_max', 'Resources that this worker works on at once at most', () => CONCURRENCY);

  return {
    apiAnswered: (verb, status) => apiRequests.inc({ verb, status: statusClass(status) }),
    reconciling: (reconcile) => async (ref, failures) => {
      const { kind } = ref;
      const end = durations.startTimer({ kind });
      underWay += 1;
      if (failures > 0) retries.inc({ kind });
      let outcome = 'failed';
      try {
        await reconcile(ref, failures);
        outcome = 'succeeded';
      } finally {
        underWay -= 1;
        reconciles.inc({ kind, outcome });
        end();
      }
    },
    watch: (parts) => addGauges(metrics, parts),
  };
}

const PHASES = [...Phase.options, 'Deleting'];

/** Values that are the same for all workers. Each scrape reads them from their stores. */
function addGauges(metrics: Metrics, { redis, queue, resources }: GaugeParts): void {
  let counting: Promise<ResourceCount[]> | undefined;
  /** One query for both metrics. */
  const counts = () => (counting ??= resources().finally(() => (counting = undefined)));

  metrics.gauge(
    { name: 'mcp_gateway_resources', help: 'Registered resources, by kind and phase', labels: ['kind', 'phase'] },
    async () => {
      const found = new Map((await counts()).map((count) => [`${count.kind}/${count.phase}`, count.resources]));
      return KINDS.flatMap((kind) =>
        PHASES.map((phase) => ({ labels: { kind, phase }, value: found.get(`${kind}/${phase}`) ?? 0 })),
      );
    },
  );
  metrics.gauge(
    {
      name: 'mcp_gateway_resources_lagging',
      help: 'Resources with a change that no worker has acted on yet',
      labels: ['kind'],
    },
    async () => {
      const all = await counts();
      const laggingOf = (kind: ResourceKind) =>
        all.reduce((sum, count) => sum + (count.kind === kind ? count.lagging : 0), 0);
      return KINDS.map((kind) => ({ labels: { kind }, value: laggingOf(kind) }));
    },
  );
  metrics.gauge(
    { name: 'mcp_gateway_queue_jobs', help: 'Resources in the queue, by state', labels: ['state'] },
    async () => Object.entries(await queue.counts()).map(([state, value]) => ({ labels: { state }, value })),
  );
  redisGauge(metrics, redis);
}
