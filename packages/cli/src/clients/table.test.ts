import { describe, expect, it } from '@jest/globals';
import { parse } from 'jsonc-parser';
import type { Machine } from './definition.js';
import { gatewayTarget } from './entry.js';
import { planEntry } from './plan-entry.js';
import { instructionsFor, instructionsText } from './print.js';
import { CLIENTS, clientOf } from './table.js';

const MACHINES: Record<string, Machine> = {
  mac: { platform: 'darwin', home: '/Users/ada', env: { XDG_CONFIG_HOME: '/elsewhere' } },
  linux: { platform: 'linux', home: '/home/ada', env: {} },
  windows: {
    platform: 'win32',
    home: String.raw`C:\Users\ada`,
    env: { APPDATA: String.raw`C:\Users\ada\AppData\Roaming` },
  },
};
const SELF = ['mcp-gateway'] as const;
const TARGET = gatewayTarget('https://mcp.example.com/p/', 'echo');
const URL_OF_IT = 'https://mcp.example.com/p/adapters/echo/mcp';

it.each([
  ['echo', 'echo', '/adapters/echo/mcp'],
  ['/mcp', 'mcp-gateway', '/mcp'],
  ['mcp', 'mcp-gateway', '/mcp'],
  ['/mcp/t/sales', 'sales', '/mcp/t/sales'],
])('finds %s as the server %s', (named, name, path) => {
  expect(gatewayTarget('http://h:1', named)).toMatchObject({ name, url: `http://h:1${path}` });
});

it.each(['', '/tools', 'A', '/mcp/t/', '../x', 'a b'])('refuses %j as a server', (named) => {
  expect(() => gatewayTarget('http://h', named)).toThrow('neither the name of an adapter nor /mcp nor /mcp/t/TOOLSET');
});

describe.each([
  [
    'claude-desktop',
    'Library/Application Support/Claude/claude_desktop_config.json',
    '.config/Claude/claude_desktop_config.json',
    String.raw`AppData\Roaming\Claude\claude_desktop_config.json`,
  ],
  ['claude-code', '.claude.json', '.claude.json', '.claude.json'],
  ['cursor', '.cursor/mcp.json', '.cursor/mcp.json', String.raw`.cursor\mcp.json`],
  [
    'vscode',
    'Library/Application Support/Code/User/mcp.json',
    '.config/Code/User/mcp.json',
    String.raw`AppData\Roaming\Code\User\mcp.json`,
  ],
  [
    'cline',
    '.cline/data/settings/cline_mcp_settings.json',
    '.cline/data/settings/cline_mcp_settings.json',
    String.raw`.cline\data\settings\cline_mcp_settings.json`,
  ],
  [
    'windsurf',
    '.codeium/windsurf/mcp_config.json',
    '.codeium/windsurf/mcp_config.json',
    String.raw`.codeium\windsurf\mcp_config.json`,
  ],
  ['continue', '.continue/config.yaml', '.continue/config.yaml', String.raw`.continue\config.yaml`],
  ['zed', '.config/zed/settings.json', '.config/zed/settings.json', String.raw`AppData\Roaming\Zed\settings.json`],
  ['gemini-cli', '.gemini/settings.json', '.gemini/settings.json', String.raw`.gemini\settings.json`],
  ['codex', '.codex/config.toml', '.codex/config.toml', String.raw`.codex\config.toml`],
  ['copilot', '.copilot/mcp-config.json', '.copilot/mcp-config.json', String.raw`.copilot\mcp-config.json`],
])('%s', (id, mac, linux, windows) => {
  it('keeps its servers in the file of its makers', () => {
    const files = Object.values(MACHINES).map((machine) => clientOf(id).file(machine));
    expect(files).toEqual([`/Users/ada/${mac}`, `/home/ada/${linux}`, String.raw`C:\Users\ada` + `\\${windows}`]);
  });
});

it('has a row for each client that it knows, and names them when there is none', () => {
  expect(CLIENTS.map(({ id }) => id)).toHaveLength(11);
  expect(() => clientOf('emacs')).toThrow('there is no client "emacs"; there are claude-desktop, claude-code,');
});

it('follows the variables with which clients move their files', () => {
  const machine: Machine = {
    platform: 'linux',
    home: '/home/ada',
    env: { CODEX_HOME: '/c', COPILOT_HOME: '/o', XDG_CONFIG_HOME: '/x', CLINE_MCP_SETTINGS_PATH: '/l.json' },
  };
  expect(['codex', 'copilot', 'vscode', 'cline'].map((id) => clientOf(id).file(machine))).toEqual([
    '/c/config.toml',
    '/o/mcp-config.json',
    '/x/Code/User/mcp.json',
    '/l.json',
  ]);
});

const CONNECT = { command: 'mcp-gateway', args: ['connect', URL_OF_IT] };
it.each([
  ['claude-desktop', CONNECT],
  ['claude-code', { type: 'http', url: URL_OF_IT }],
  ['cursor', { url: URL_OF_IT }],
  ['vscode', { type: 'http', url: URL_OF_IT }],
  ['cline', { type: 'streamableHttp', url: URL_OF_IT, disabled: false }],
  ['windsurf', { serverUrl: URL_OF_IT }],
  ['continue', { type: 'streamable-http', url: URL_OF_IT }],
  ['zed', { url: URL_OF_IT }],
  ['gemini-cli', { httpUrl: URL_OF_IT }],
  ['codex', { url: URL_OF_IT }],
  ['copilot', { type: 'http', url: URL_OF_IT, tools: ['*'] }],
])('tells %s the URL in its own shape, or connect', (id, value) => {
  expect(planEntry(clientOf(id), TARGET, { self: SELF }).value).toEqual(value);
});

const WITH_KEY = { command: 'mcp-gateway', args: ['connect', URL_OF_IT, '--api-key-env', 'GATEWAY_KEY'] };
it.each([
  ['claude-desktop', WITH_KEY],
  ['claude-code', { headers: { Authorization: 'Bearer ${GATEWAY_KEY}' } }],
  ['cursor', { headers: { Authorization: 'Bearer ${env:GATEWAY_KEY}' } }],
  ['vscode', { headers: { Authorization: 'Bearer ${env:GATEWAY_KEY}' } }],
  ['cline', WITH_KEY],
  ['windsurf', { headers: { Authorization: 'Bearer ${env:GATEWAY_KEY}' } }],
  ['continue', { requestOptions: { headers: { Authorization: 'Bearer ${{ secrets.GATEWAY_KEY }}' } } }],
  ['zed', WITH_KEY],
  ['gemini-cli', { headers: { Authorization: 'Bearer ${GATEWAY_KEY}' } }],
  ['codex', { bearer_token_env_var: 'GATEWAY_KEY' }],
  ['copilot', WITH_KEY],
])('tells %s the variable of an API key, or has connect send it', (id, value) => {
  const planned = planEntry(clientOf(id), TARGET, { self: SELF, apiKeyVariable: 'GATEWAY_KEY' });
  expect(planned.value).toMatchObject(value);
  expect(planned.because !== undefined).toBe(value === WITH_KEY);
});

it('uses connect when asked to, with the words that start it', () => {
  const { entry } = planEntry(clientOf('cursor'), TARGET, { self: ['/usr/bin/node', '/opt/cli.js'], stdio: true });
  expect(entry).toMatchObject({ command: '/usr/bin/node', args: ['/opt/cli.js', 'connect', URL_OF_IT] });
});

describe('what is printed', () => {
  const printed = (id: string, apiKeyVariable?: string) => {
    const client = clientOf(id);
    return instructionsFor(client, 'FILE', planEntry(client, TARGET, { self: SELF, apiKeyVariable }));
  };

  it('has the links that clients read', () => {
    const { link: cursor = '' } = printed('cursor');
    const config = new URL(cursor).searchParams.get('config') ?? '';
    expect(JSON.parse(Buffer.from(config, 'base64').toString())).toEqual({ url: URL_OF_IT });
    expect(new URL(cursor).searchParams.get('name')).toBe('echo');
    const { link: code = '' } = printed('vscode');
    expect(code).toMatch(/^vscode:mcp\/install\?%7B/);
    expect(JSON.parse(decodeURIComponent(code.split('?')[1] ?? ''))).toEqual({
      name: 'echo',
      type: 'http',
      url: URL_OF_IT,
    });
  });

  it('has the commands of clients, quoted for a shell', () => {
    expect(printed('claude-code', 'KEY').command).toBe(
      `claude mcp add --transport http --scope user echo ${URL_OF_IT} --header 'Authorization: Bearer \${KEY}'`,
    );
    expect(printed('codex').command).toBe(`codex mcp add echo --url ${URL_OF_IT}`);
  });

  it('is a whole file in the format of the client', () => {
    expect(parse(printed('vscode').content)).toEqual({ servers: { echo: { type: 'http', url: URL_OF_IT } } });
    expect(printed('codex').content).toBe(`[mcp_servers.echo]\nurl = "${URL_OF_IT}"\n`);
    expect(printed('continue').content).toContain(
      `schema: v1\nmcpServers:\n  - name: echo\n    type: streamable-http\n`,
    );
    expect(instructionsText(printed('claude-desktop'))).toContain('# Claude Desktop starts commands only');
  });
});
