import { execFileSync } from 'node:child_process';
import { beforeAll, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { folder } from '../support/after-tests.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { installed } from './environments.js';
import type { ThirdParty } from './third-party.js';

const SET_UP_MS = 1_200_000;
const READY_MS = 120_000;

/** A stdio server of others, with calls that need nothing from outside; `REPOSITORY` is the path of a git repository. */
type StdioServer = Omit<ThirdParty, 'call' | 'needs'> & { calls: [tool: string, args: Record<string, unknown>][] };

const SERVERS: StdioServer[] = [
  {
    name: 'time',
    registry: 'PyPI',
    package: 'mcp-server-time',
    version: '2026.10.19',
    program: 'mcp-server-time',
    args: ['--local-timezone', 'Europe/Berlin'],
    calls: [
      ['convert_time', { source_timezone: 'Asia/Tokyo', time: '12:30', target_timezone: 'UTC' }],
      ['convert_time', { source_timezone: 'Nowhere', time: '12:30', target_timezone: 'UTC' }],
      ['get_current_time', {}],
    ],
  },
  {
    name: 'git',
    registry: 'PyPI',
    package: 'mcp-server-git',
    version: '2026.10.19',
    program: 'mcp-server-git',
    args: ['--repository', 'REPOSITORY'],
    calls: [
      ['git_log', { repo_path: 'REPOSITORY' }],
      ['git_status', { repo_path: 'REPOSITORY' }],
      ['git_show', { repo_path: 'REPOSITORY', revision: 'no-such-revision' }],
    ],
  },
];

let gateway: Gateway;
let repository: string;
let commandOf: (one: StdioServer) => { command: string; args: string[] };
beforeAll(async () => {
  repository = await folder();
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '--message', 'Grüße, 世界 🌍');
  const asThirdParty = (one: StdioServer): ThirdParty => ({ ...one, needs: '' });
  const programOf = await installed(SERVERS.map(asThirdParty));
  commandOf = (one) => {
    const [command = '', ...first] = programOf(asThirdParty(one));
    return { command, args: [...first, ...one.args.map(here)] };
  };
  const entries = SERVERS.map((one) => [one.name, { ...commandOf(one), transport: 'stdio' as const }]);
  gateway = await startGateway({ catalogue: Object.fromEntries(entries) });
  for (const { name } of SERVERS) await gateway.api.create({ name, imageName: name, imageVersion: '1' });
}, SET_UP_MS);

const here = (text: string) => text.replace('REPOSITORY', repository);

/** Every message of the server while the tools are listed and called, without the time of day. */
async function record(transport: Transport, { calls }: StdioServer): Promise<string[]> {
  const client = new Client({ name: 'test', version: '1' });
  const messages: unknown[] = [];
  await client.connect(transport);
  const { onmessage } = transport;
  transport.onmessage = (message, extra) => {
    messages.push(message);
    onmessage?.(message, extra);
  };
  messages.push(client.getServerCapabilities(), client.getServerVersion(), client.getInstructions());
  await client.listTools();
  await client.listPrompts().catch(() => {});
  for (const [name, args] of calls) {
    const values = Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? here(value) : value]);
    await client.callTool({ name, arguments: Object.fromEntries(values) as Record<string, unknown> }).catch(() => {});
  }
  await client.close();
  return messages.map((message) => JSON.stringify(message ?? null).replaceAll(/T\d\d:\d\d:\d\d/g, 'TIME'));
}

it.each(SERVERS)(
  'says the same over stdio and behind the gateway: $package',
  async (one) => {
    await gateway.api.ready(one.name, READY_MS);
    const url = new URL(gateway.api.mcp(one.name));
    const bridged = await record(new StreamableHTTPClientTransport(url), one);
    const direct = await record(new StdioClientTransport({ ...commandOf(one), stderr: 'ignore' }), one);
    expect(bridged.length).toBeGreaterThanOrEqual(one.calls.length + 4);
    expect(bridged).toEqual(direct);
  },
  READY_MS + 60_000,
);
