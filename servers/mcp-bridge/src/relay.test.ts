import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { startBridge, until } from '../test/bridge.js';

const resolve = (name: string) =>
  createRequire(import.meta.url).resolve(`@modelcontextprotocol/server-${name}/dist/index.js`);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcp-bridge-'));
  await writeFile(join(folder, 'a file.txt'), 'Grüße, 世界 🌍\n'.repeat(1_000));
});
afterAll(() => rm(folder, { recursive: true }));

type Step = (client: Client) => Promise<unknown>;
const call =
  (name: string, args: Record<string, unknown> = {}): Step =>
  (client) =>
    client.callTool({ name, arguments: args }, undefined, { onprogress: () => {} });
const LISTS: Step[] = [
  (client) => client.listTools(),
  (client) => client.ping(),
  (client) => client.callTool({ name: 'no-such-tool', arguments: {} }),
];

const SERVERS: Record<string, { args: () => string[]; steps: () => Step[] }> = {
  everything: {
    args: () => [resolve('everything'), 'stdio'],
    steps: () => [
      (client) => client.listPrompts(),
      (client) => client.listResources(),
      (client) => client.listResourceTemplates(),
      (client) => client.readResource({ uri: 'demo://resource/dynamic/text/1' }).catch(() => {}),
      (client) => client.getPrompt({ name: 'simple-prompt' }),
      (client) => client.setLoggingLevel('debug'),
      (client) =>
        client.complete({
          ref: { type: 'ref/prompt', name: 'completable-prompt' },
          argument: { name: 'department', value: 'E' },
        }),
      call('echo', { message: 'Grüße, 世界 🌍 \u2028 "\\"' }),
      call('echo', {}),
      call('get-sum', { a: 1, b: 2 }),
      call('get-tiny-image'),
      call('get-annotated-message', { messageType: 'error', includeImage: true }),
      call('get-structured-content', { location: 'New York' }),
      call('get-resource-links', { count: 3 }),
      call('trigger-long-running-operation', { duration: 0.4, steps: 4 }),
      call('trigger-sampling-request', { prompt: 'hello', maxTokens: 10 }),
      call('trigger-elicitation-request'),
      call('get-roots-list'),
    ],
  },
  filesystem: {
    args: () => [resolve('filesystem'), folder],
    steps: () => [
      call('list_allowed_directories'),
      call('list_directory', { path: folder }),
      call('read_text_file', { path: join(folder, 'a file.txt') }),
      call('read_text_file', { path: '/etc/passwd' }),
    ],
  },
  memory: {
    args: () => [resolve('memory')],
    steps: () => [
      call('create_entities', { entities: [{ name: 'Ada', entityType: 'person', observations: ['wrote'] }] }),
      call('read_graph'),
      call('delete_entities', { entityNames: ['Ada'] }),
    ],
  },
  'sequential-thinking': {
    args: () => [resolve('sequential-thinking')],
    steps: () => [
      call('sequentialthinking', { thought: 'one', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 }),
      call('sequentialthinking', { thought: 'two' }),
    ],
  },
};

/** Every message that the server sends while the steps run, in order. */
async function record(transport: Transport, steps: readonly Step[]): Promise<unknown[]> {
  const client = new Client(
    { name: 'test', version: '1' },
    { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
  );
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'sampled' },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: `file://${folder}`, name: 'test' }] }));
  const messages: unknown[] = [];
  await client.connect(transport);
  const { onmessage } = transport;
  transport.onmessage = (message, extra) => {
    messages.push(message);
    onmessage?.(message, extra);
  };
  messages.push(client.getServerCapabilities(), client.getServerVersion(), client.getInstructions());
  // This server asks for roots some time after it has begun.
  if (client.getServerVersion()?.name.includes('everything'))
    await until(() => /roots? updated/i.test(JSON.stringify(messages)));
  for (const step of steps) await step(client).catch(() => {});
  await client.close();
  return messages;
}

/** Without times, which differ. */
const comparable = (messages: unknown[]) =>
  messages.map((message) => JSON.stringify(message)?.replaceAll(/\d+:\d\d:\d\d( [AP]M)?/g, 'TIME'));

it.each(Object.entries(SERVERS))('%s says the same over stdio and over the bridge', async (_name, server) => {
  const args = server.args();
  const env = { PATH: process.env['PATH'] ?? '', MEMORY_FILE_PATH: join(folder, 'memory.json') };
  const steps = [...LISTS, ...server.steps()];
  const direct = await record(
    new StdioClientTransport({ command: process.execPath, args, env, stderr: 'ignore' }),
    steps,
  );
  const { url } = await startBridge({ ...env, MCP_COMMAND: process.execPath, MCP_ARGS: JSON.stringify(args) });
  const bridged = await record(new StreamableHTTPClientTransport(new URL(url)), steps);
  expect(bridged.length).toBeGreaterThan(steps.length);
  expect(comparable(bridged)).toEqual(comparable(direct));
});
