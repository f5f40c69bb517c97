import { expect, it } from '@jest/globals';
import { stdioAdapter, urlAdapter } from './servers.js';

const OPTIONS = { includeSecrets: false, bridgeVersion: 'latest' };
const ofArgs = (args: string[], options: object = {}) =>
  stdioAdapter('a file', 'x', { command: 'npx', args, env: {} }, { ...OPTIONS, ...options });
const ofUrl = (url: string) => urlAdapter('a file', 'x', { url, headers: {}, isSse: false }, OPTIONS);

it.each([
  [['-y', 'server', '--api-key', 'hunter2']],
  [['-y', 'server', '--access-token=hunter2']],
  [['-y', 'mcp-remote', 'https://h/mcp', '--header', 'Authorization: Bearer hunter2']],
  [['-y', 'server', 'postgresql://me:hunter2@h/db']],
  [['-y', 'server', 'ghp_hunter2']],
])('copies no secret in the arguments %j', (args) => {
  const plan = ofArgs(args);
  expect(plan).toMatchObject({ resources: [], skipped: [{}] });
  expect(JSON.stringify(plan)).not.toContain('hunter2');
  expect(ofArgs(args, { includeSecrets: true }).resources).toHaveLength(1);
});

it.each([
  [['-y', 'server', '--max-tokens', '100']],
  [['-y', 'server', '--api-key', '${API_KEY}']],
  [['-y', '@user/server@1.0.0', '--token', '--verbose', '/tmp']],
])('takes over the arguments %j', (args) => {
  expect(ofArgs(args).resources).toHaveLength(1);
});

it('copies no secret in a URL', () => {
  const plan = ofUrl('https://h.example/mcp?apiKey=hunter2');
  expect(plan.resources).toEqual([]);
  expect(JSON.stringify(plan)).not.toContain('hunter2');
  expect(ofUrl('https://h.example/mcp?team=a').resources).toHaveLength(1);
});
