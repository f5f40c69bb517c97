import { expect, it } from '@jest/globals';
import { BRIDGE_VARIABLES, bridgeFaults, isBridge, misspeltBridgeVariable } from './bridge.js';

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

it.each<[at: string | undefined, imageName: string | undefined, variables: string[], secrets?: string[]]>([
  [undefined, 'mcp-proxy', ['MCP_COMMAND', 'API_KEY']],
  [undefined, 'team/mcp-bridge', ['MCP_PROXY_URL']],
  [undefined, 'mcp-proxy', [], ['MCP_PROXY_URL']],
  [undefined, 'mcp-example', []],
  [undefined, undefined, []],
  ['environmentVariables', 'mcp-proxy', []],
  ['environmentVariables', 'team/mcp-bridge', ['MCP_ARGS', 'API_KEY'], ['TOKEN']],
  ['environmentVariables/MCP_COMAND', 'mcp-proxy', ['MCP_COMAND']],
  ['secretEnvironment/MCP_PROXY_HEADER', 'mcp-proxy', ['MCP_PROXY_URL'], ['MCP_PROXY_HEADER']],
])('the fault at %s of %s with %j and the secrets %j', (at, imageName, variables, secrets = []) => {
  const valued = (names: string[]) => Object.fromEntries(names.map((name) => [name, 'x']));
  const given = { imageName, environmentVariables: valued(variables), secretEnvironment: valued(secrets) };
  expect(bridgeFaults(given).map(({ path }) => path.join('/'))).toEqual(at === undefined ? [] : [at]);
});
