import { beforeEach, describe, expect, it } from '@jest/globals';
import { serveMetrics, type Metrics } from '@mcp-gateway/platform/telemetry';
import { afterTest } from '../../../test/support/clean-up.js';
import { samplesOf } from '../../../test/support/samples.js';
import { silent } from '../test/fixtures.js';
import { workerMetrics, type WorkerMetrics } from './metrics.js';

let metrics: Metrics;
let worker: WorkerMetrics;
beforeEach(async () => {
  const config = { MCP_GATEWAY_METRICS_PORT: 0, MCP_GATEWAY_METRICS_HOST: '127.0.0.1' };
  metrics = (await serveMetrics(config, { log: silent, defer: afterTest })) as Metrics;
  worker = workerMetrics(metrics);
});
const samples = async (name: string) => samplesOf(await metrics.text(), `mcp_gateway_${name}`);

describe('what the worker tells', () => {
  it('counts reconciles by how they ended, and those that are repeated', async () => {
    const reconcile = worker.reconciling(async (name) => {
      if (name === 'bad') throw new Error('refused');
    });
    await reconcile('good', 0);
    await reconcile('good', 2);
    await expect(reconcile('bad', 1)).rejects.toThrow('refused');
    expect(await samples('reconciles_total')).toEqual({ 'outcome="succeeded"': 2, 'outcome="failed"': 1 });
    expect(await samples('reconcile_retries_total')).toEqual({ '': 2 });
    expect(await samples('reconcile_duration_seconds_count')).toEqual({ '': 3 });
  });

  it('counts what it works on now', async () => {
    let finish = () => {};
    const reconcile = worker.reconciling(() => new Promise<void>((resolve) => (finish = resolve)));
    const working = reconcile('echo', 0);
    expect(await samples('reconciles_in_progress')).toEqual({ '': 1 });
    finish();
    await working;
    expect(await samples('reconciles_in_progress')).toEqual({ '': 0 });
  });

  it('counts requests to the cluster', async () => {
    worker.apiAnswered('patch', 200);
    worker.apiAnswered('patch', 201);
    worker.apiAnswered('watch', 410);
    worker.apiAnswered('get', undefined);
    expect(await samples('kubernetes_requests_total')).toEqual({
      'verb="patch",status="2xx"': 2,
      'verb="watch",status="4xx"': 1,
      'verb="get",status="none"': 1,
    });
  });

  it('asks the database once for all that it tells of it, and says nothing of what is away', async () => {
    let asked = 0;
    worker.watch({
      redis: { isReady: false },
      queue: {
        async counts() {
          throw new Error('Redis is away');
        },
      },
      async adapters() {
        asked += 1;
        return [
          { phase: 'Ready', adapters: 3, lagging: 1 },
          { phase: 'Deleting', adapters: 2, lagging: 2 },
        ];
      },
    });
    const text = await metrics.text();
    expect(samplesOf(text, 'mcp_gateway_adapters')).toMatchObject({
      'phase="Ready"': 3,
      'phase="Failed"': 0,
      'phase="Deleting"': 2,
    });
    expect(samplesOf(text, 'mcp_gateway_adapters_lagging')).toEqual({ '': 3 });
    expect(samplesOf(text, 'mcp_gateway_queue_jobs')).toEqual({});
    expect(samplesOf(text, 'mcp_gateway_redis_connected')).toEqual({ '': 0 });
    expect(asked).toBe(1);
  });
});
