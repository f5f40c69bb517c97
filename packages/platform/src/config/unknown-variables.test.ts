import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { unknownVariables } from './unknown-variables.js';

it.each([
  ['MCP_GATEWAY_LOGLEVEL', 'MCP_GATEWAY_LOG_LEVEL'],
  ['MCP_GATEWAY_LOG_LEVLE', 'MCP_GATEWAY_LOG_LEVEL'],
  ['MCP_GATEWAY_CATALOG', 'MCP_GATEWAY_CATALOGUE'],
  ['MCP_GATEWAY_METRIC_PORT', 'MCP_GATEWAY_METRICS_PORT'],
  ['MCP_GATEWAY_SESSION_KEY', 'MCP_GATEWAY_SESSION_KEYS'],
  ['MCP_GATEWAY_ALLOWED_ORIGIN', 'MCP_GATEWAY_ALLOWED_ORIGINS'],
  ['MCP_GATEWAY_BODY_BYTES', 'MCP_GATEWAY_MAX_BODY_BYTES'],
  ['mcp_gateway_host', 'MCP_GATEWAY_HOST'],
])('%s is said to be unknown, and %s is suggested', (name, meant) => {
  expect(unknownVariables({ [name]: 'hunter2' })).toEqual([
    `${name} is not a setting of the gateway and has no effect; did you mean ${meant}?`,
  ]);
});

it('suggests a setting of the caller that has no prefix', () => {
  expect(unknownVariables({ MCP_GATEWAY_PORT: '9000' }, ['PORT', 'MCP_GATEWAY_DATA'])).toEqual([
    'MCP_GATEWAY_PORT is not a setting of the gateway and has no effect; did you mean PORT?',
  ]);
});

it('a variable that is like no setting is said to be unknown, with the page that lists them', () => {
  expect(unknownVariables({ MCP_GATEWAY_QZX: '1' })).toEqual([
    'MCP_GATEWAY_QZX is not a setting of the gateway and has no effect; docs/configuration.md lists the settings.',
  ]);
});

it('every setting in docs/configuration.md is known', () => {
  const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');
  const documented = new Set(page.match(/\bMCP_GATEWAY_[A-Z\d_]*[A-Z\d]\b/g));
  expect(documented.size).toBeGreaterThan(15);
  expect([...documented].flatMap((name) => unknownVariables({ [name]: 'x' }))).toEqual([]);
});

it.each([
  ['PATH', '/bin'],
  ['MCP_GATEWAY_REPLICA', 'echo-0'],
  ['MCP_GATEWAY_SERVICE_HOST', '10.0.0.1'],
  ['MCP_GATEWAY_SERVICE_PORT_HTTP', '80'],
  ['MCP_GATEWAY_PORT', 'tcp://10.0.0.1:80'],
  ['MCP_GATEWAY_PORT_80_TCP_ADDR', '10.0.0.1'],
  ['MCP_GATEWAY_NEW', 'of the caller'],
])('%s is no mistake', (name, value) => {
  expect(unknownVariables({ [name]: value }, ['MCP_GATEWAY_NEW'])).toEqual([]);
});
