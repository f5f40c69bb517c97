import { expect, it } from '@jest/globals';
import { BRIDGE_VARIABLES, isBridge, misspeltBridgeVariable } from './bridge.js';

it.each([
  ['MCP_COMAND', 'MCP_COMMAND'],
  ['MPC_COMMAND', 'MCP_COMMAND'],
  ['mcp_command', 'MCP_COMMAND'],
  ['MCP_ARG', 'MCP_ARGS'],
  ['MCP_PROXY_URI', 'MCP_PROXY_URL'],
  ['MCP_BRIDGE_MODUS', 'MCP_BRIDGE_MODE'],
  ['MCP_TAGS', undefined],
  ['MCP_PORT', undefined],
  ['COMMAND', undefined],
  ['API_KEY', undefined],
  ...BRIDGE_VARIABLES.map((name) => [name, undefined] as const),
])('%s is a misspelt %s', (name, meant) => {
  expect(misspeltBridgeVariable(name)).toBe(meant);
});

it.each([
  ['mcp-proxy', true],
  ['team/mcp-bridge', true],
  ['my-mcp-proxy', false],
  ['mcp-proxy/other', false],
])('%s is the bridge: %s', (image, is) => {
  expect(isBridge(image)).toBe(is);
});
