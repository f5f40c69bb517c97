import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
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

describe('the metrics of the worker', () => {
  it('counts reconciles by how they ended, and those that are repeated', async () => {
    const reconcile = worker.reconciling(async ({ name }) => {
      if (name === 'bad') throw new Error('refused');
    });
    await reconcile(adapterRef('good'), 0);
    await reconcile(adapterRef('good'), 2);
    await expect(reconcile(adapterRef('bad'), 1)).rejects.toThrow('refused');
    expect(await samples('reconciles_total')).toEqual({
      'kind="adapter",outcome="succeeded"': 2,
      'kind="adapter",outcome="failed"': 1,
      'kind="tool",outcome="succeeded"': 0,
      'kind="tool",outcome="failed"': 0,
      'kind="toolset",outcome="succeeded"': 0,
      'kind="toolset",outcome="failed"': 0,
    });
    expect(await samples('reconcile_retries_total')).toEqual({
      'kind="adapter"': 2,
      'kind="tool"': 0,
      'kind="toolset"': 0,
    });
    expect(await samples('reconcile_duration_seconds_count')).toEqual({ 'kind="adapter"': 3 });
  });

  it('counts what it works on now', async () => {
    let finish = () => {};
    const reconcile = worker.reconciling(() => new Promise<void>((resolve) => (finish = resolve)));
    const working = reconcile(adapterRef('echo'), 0);
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

  it('queries the database once for both gauges, and leaves out gauges that cannot be read', async () => {
    let queries = 0;
    worker.watch({
      redis: { isReady: false },
      queue: {
        async counts() {
          throw new Error('Redis is unavailable');
        },
      },
      async resources() {
        queries += 1;
        return [
          { kind: 'adapter', phase: 'Ready', resources: 3, lagging: 1 },
          { kind: 'adapter', phase: 'Deleting', resources: 2, lagging: 2 },
          { kind: 'tool', phase: 'Ready', resources: 4, lagging: 0 },
        ];
      },
    });
    const text = await metrics.text();
    expect(samplesOf(text, 'mcp_gateway_resources')).toMatchObject({
      'kind="adapter",phase="Ready"': 3,
      'kind="adapter",phase="Failed"': 0,
      'kind="adapter",phase="Deleting"': 2,
      'kind="tool",phase="Ready"': 4,
      'kind="tool",phase="Deleting"': 0,
    });
    expect(samplesOf(text, 'mcp_gateway_resources_lagging')).toEqual({
      'kind="adapter"': 3,
      'kind="tool"': 0,
      'kind="toolset"': 0,
    });
    expect(samplesOf(text, 'mcp_gateway_queue_jobs')).toEqual({});
    expect(samplesOf(text, 'mcp_gateway_redis_connected')).toEqual({ '': 0 });
    expect(queries).toBe(1);
  });
});
