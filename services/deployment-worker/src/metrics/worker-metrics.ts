import { statusClass, type Metrics } from '@mcp-gateway/platform/telemetry';
import type { ApiListener } from '@mcp-gateway/runtime/kubernetes';
import { CONCURRENCY, type ConsumerOptions } from '../consume.js';
import { addGauges, type GaugeParts } from './gauges.js';

export interface WorkerMetrics {
  apiAnswered: ApiListener;
  /** The reconciler, counted. */
  reconciling(reconcile: ConsumerOptions['reconcile']): ConsumerOptions['reconcile'];
  /** From now on these can be asked. */
  watch(parts: GaugeParts): void;
}

/** Seconds: one that has nothing to do takes milliseconds, one that waits for a cluster that is slow half a minute. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What docs/metrics.md lists for the worker. */
export function workerMetrics(metrics: Metrics): WorkerMetrics {
  const reconciles = metrics.counter({
    name: 'mcp_gateway_reconciles_total',
    help: 'Looks at one adapter that ended',
    labels: ['outcome'],
  });
  const durations = metrics.histogram({
    name: 'mcp_gateway_reconcile_duration_seconds',
    help: 'How long these took',
    labels: [],
    buckets: BUCKETS,
  });
  const retries = metrics.counter({
    name: 'mcp_gateway_reconcile_retries_total',
    help: 'Looks at one adapter that were begun because the one before had failed',
    labels: [],
  });
  const apiRequests = metrics.counter({
    name: 'mcp_gateway_kubernetes_requests_total',
    help: 'Requests to the Kubernetes API that were answered or got no answer',
    labels: ['verb', 'status'],
  });
  let underWay = 0;
  for (const outcome of ['succeeded', 'failed']) reconciles.inc({ outcome }, 0); // so that a rate sees the first
  const single = (name: string, help: string, value: () => number) =>
    metrics.gauge({ name, help, labels: [] }, () => [{ labels: {}, value: value() }]);
  single('mcp_gateway_reconciles_in_progress', 'Adapters that this worker works on now', () => underWay);
  single('mcp_gateway_reconciles_max', 'How many it works on at once', () => CONCURRENCY);

  return {
    apiAnswered: (verb, status) => apiRequests.inc({ verb, status: statusClass(status) }),
    reconciling: (reconcile) => async (name, failures) => {
      const end = durations.startTimer();
      underWay += 1;
      if (failures > 0) retries.inc();
      let outcome = 'failed';
      try {
        await reconcile(name, failures);
        outcome = 'succeeded';
      } finally {
        underWay -= 1;
        reconciles.inc({ outcome });
        end();
      }
    },
    watch: (parts) => addGauges(metrics, parts),
  };
}
