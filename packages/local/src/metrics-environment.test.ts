import { expect, it } from '@jest/globals';
import { metricsEnvironment } from './service.js';

const HOST = { MCP_GATEWAY_METRICS_HOST: '127.0.0.1' };

it.each([
  ['data-plane', 9464, '9464'],
  ['control-plane', 9464, '9465'],
  ['deployment-worker', 9464, '9466'],
  ['tool-router', 9464, '9467'],
  ['deployment-worker', 0, '0'],
])('the metrics of the %s are, for %i, on port %s', (service, first, port) => {
  expect(metricsEnvironment(service, { ...HOST, MCP_GATEWAY_METRICS_PORT: first })).toEqual({
    ...HOST,
    MCP_GATEWAY_METRICS_PORT: port,
  });
});

it('no service has metrics by default', () => {
  expect(metricsEnvironment('data-plane', HOST)).toEqual({});
});

it('the first port leaves room for those of the other services', () => {
  const at = (port: number) => () => metricsEnvironment('data-plane', { ...HOST, MCP_GATEWAY_METRICS_PORT: port });
  expect(at(65_532)).not.toThrow();
  expect(at(65_533)).toThrow(
    'MCP_GATEWAY_METRICS_PORT must be at most 65532: three other services use the next three ports.',
  );
});
