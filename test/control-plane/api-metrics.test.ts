import { expect, it } from '@jest/globals';
import { serveMetrics, type Metrics } from '@mcp-gateway/platform/telemetry';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { samplesOf } from '../support/samples.js';
import { startControlPlane } from './support/control-plane.js';

it('counts each request of the API once, and times it in seconds', async () => {
  const config = { MCP_GATEWAY_METRICS_PORT: 0, MCP_GATEWAY_METRICS_HOST: '127.0.0.1' };
  const registry = (await serveMetrics(config, { log: silent, defer: afterTest })) as Metrics;
  const began = performance.now();
  const { url } = await startControlPlane({ metrics: { registry, redis: { isReady: true } } });
  for (let i = 0; i < 2; i++) await send(`${url}/adapters`, { method: 'GET' });
  await send(`${url}/adapters/none`, { method: 'GET' });
  const seconds = (performance.now() - began) / 1000;

  const samples = async (name: string) => samplesOf(await registry.text(), `mcp_gateway_api_${name}`);
  expect(await samples('requests_total')).toEqual({
    'route="/adapters",method="GET",status="2xx"': 2,
    'route="/adapters/{name}",method="GET",status="4xx"': 1,
  });
  expect(await samples('request_duration_seconds_count')).toEqual({
    'route="/adapters",method="GET"': 2,
    'route="/adapters/{name}",method="GET"': 1,
  });
  const sums = Object.values(await samples('request_duration_seconds_sum'));
  expect(Math.min(...sums)).toBeGreaterThan(0);
  expect(sums.reduce((a, b) => a + b)).toBeLessThan(seconds);
});
