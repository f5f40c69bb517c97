import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { connect, type Session } from '../support/clients.js';
import { startGateway, type Gateway } from '../support/gateway.js';
import { repository } from '../support/launch.js';
import { waitFor } from '../support/wait.js';

const server = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
// It listens on every interface; here that has to be loopback.
const loopback = repository('test/support/listen-on-loopback.mjs');

let gateway: Gateway;
let session: Session;
beforeAll(async () => {
  const everything = { command: process.execPath, args: ['--import', loopback, server, 'streamableHttp'] };
  gateway = await startGateway({ catalogue: { everything } });
  await gateway.api.create({ name: 'everything', imageName: 'everything', imageVersion: '2026.8.31', replicaCount: 2 });
  await gateway.api.ready('everything');
}, 60_000);

const capabilities = { sampling: {}, elicitation: {}, roots: {} };
const asked: string[] = [];
const logged: unknown[] = [];

async function open(): Promise<Session> {
  return connect(gateway.api.mcp('everything'), {
    capabilities,
    prepare(client) {
      client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
        asked.push(JSON.stringify(params.messages));
        return { model: 'test', role: 'assistant', content: { type: 'text', text: 'what a model says' } };
      });
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params.message);
        return { action: 'decline' };
      });
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void logged.push(params));
    },
  });
}

const text = (result: unknown) => JSON.stringify((result as { content: unknown }).content);
const tool = async (pattern: RegExp) => {
  const { tools } = await session.client.listTools();
  const found = tools.find(({ name }) => pattern.test(name));
  if (!found) throw new Error(`no tool like ${pattern} among ${tools.map(({ name }) => name).join(', ')}`);
  return found.name;
};

describe('a server that others wrote', () => {
  it('has a health note, because it has no /healthz', async () => {
    const { conditions } = await gateway.api.status('everything');
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'HealthCheck', reason: 'TcpOnly' }));
  });

  it('lists and calls tools', async () => {
    session = await open();
    const name = await tool(/^echo$/);
    expect(text(await session.client.callTool({ name, arguments: { message: 'through' } }))).toContain('through');
  });

  it('lists and gets prompts', async () => {
    session = await open();
    const { prompts } = await session.client.listPrompts();
    const simple = prompts.find(({ arguments: wanted = [] }) => wanted.every(({ required }) => !required));
    const { messages } = await session.client.getPrompt({ name: simple?.name ?? '' });
    expect(messages.length).toBeGreaterThan(0);
  });

  it('lists and reads resources, and resource templates', async () => {
    session = await open();
    const { resources } = await session.client.listResources();
    const { contents } = await session.client.readResource({ uri: resources[0]?.uri ?? '' });
    expect(contents[0]?.uri).toBe(resources[0]?.uri);
    const { resourceTemplates } = await session.client.listResourceTemplates();
    expect(resourceTemplates.length).toBeGreaterThan(0);
  });

  it('reports progress while it works', async () => {
    session = await open();
    const name = await tool(/long.?running/i);
    const progress: number[] = [];
    await session.client.callTool({ name, arguments: { duration: 1, steps: 4 } }, undefined, {
      onprogress: (step) => void progress.push(step.progress),
    });
    expect(progress).toEqual([1, 2, 3, 4]);
  });

  it('asks the client to sample, and gets the answer', async () => {
    session = await open();
    const name = await tool(/sampling|sampleLLM/i);
    const result = text(await session.client.callTool({ name, arguments: { prompt: 'say something', maxTokens: 10 } }));
    expect(asked.join()).toContain('say something');
    expect(result).toContain('what a model says');
  });

  it('asks the user through the client, and gets the answer', async () => {
    session = await open();
    const before = asked.length;
    const name = await tool(/elicit/i);
    expect(text(await session.client.callTool({ name, arguments: {} }))).toMatch(/declin/i);
    expect(asked.length).toBe(before + 1);
  });

  it('sends log messages on the stream of its own', async () => {
    session = await open();
    const name = await tool(/toggle.*logging/i);
    await session.client.setLoggingLevel('debug');
    await session.client.callTool({ name, arguments: {} });
    await waitFor('a log message', () => logged.length > 0, 20_000);
  }, 30_000);
});
