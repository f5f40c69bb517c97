import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';
import { httpTool, MCP, startHttpTool, startLegacyServer, startServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const inputSchema = { type: 'object' };
const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

let router: Awaited<ReturnType<typeof startRouter>>;
beforeEach(async () => {
  router = await startRouter();
});

interface Message {
  id?: number | string;
  method: string;
  params?: { name?: string; cursor?: string };
}
/** @returns the result as JSON */
type Answer = (message: Message, req: IncomingMessage, res: ServerResponse) => string;

/** A legacy server without sessions, which writes its answers by itself. */
function startRaw(answer: Answer) {
  return startServer(async (req, res) => {
    if (req.method !== 'POST') return res.writeHead(405).end();
    const message = JSON.parse(await text(req)) as Message;
    if (message.id === undefined) return res.writeHead(202).end();
    if (message.method === 'server/discover')
      return send(
        res,
        `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"error":{"code":-32601,"message":"unknown"}}`,
      );
    const result = message.method === 'initialize' ? INITIALIZED : answer(message, req, res);
    return send(res, `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${result}}`);
  });
}

const INITIALIZED = JSON.stringify({
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'raw', version: '1' },
});

function send(res: ServerResponse, body: string): void {
  const isCompressed = res.getHeader('content-encoding') === 'gzip';
  res.setHeader('content-type', 'application/json');
  res.end(isCompressed ? gzipSync(body) : body);
}

const toolsOf = (...names: string[]) => JSON.stringify({ tools: names.map((name) => ({ name, inputSchema })) });

async function clientOf(...names: string[]) {
  const client = await modernClient(router.url);
  await becomesTrue('the tools', async () => {
    const { tools } = await client.listTools(undefined, FRESH);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });
  return client;
}

it('a result that is nested very deeply is refused, and such a tool is left out', async () => {
  const server = await startRaw(({ method, params }) => {
    if (method === 'tools/call') return `{"content":[],"structuredContent":{"x":${nested(30_000)}}}`;
    if (params?.cursor === undefined) return `${toolsOf('deep').slice(0, -1)},"nextCursor":"2"}`;
    return `{"tools":[{"name":"left-out","inputSchema":{"type":"object"},"x":${nested(30_000)}}]}`;
  });
  await router.publish('deep', { definition: MCP, urls: [server.url] });
  const client = await clientOf('deep_deep');
  const result = await client.callTool({ name: 'deep_deep', arguments: {} });
  expect(result.isError).toBe(true);
  expect(textOf(result)).toContain('tool/deep has answered with values nested more than 64 levels deep');
  const { tools } = await client.listTools(undefined, FRESH);
  expect(tools.filter(({ name }) => name.startsWith('deep_'))).toHaveLength(1);
});

describe('an answer that is compressed', () => {
  const mibs = JSON.stringify({ content: [{ type: 'text', text: 'x'.repeat(32 * 1024 * 1024) }] });

  it('of an MCP server is refused', async () => {
    const asked = new Set<unknown>();
    const server = await startRaw(({ method }, { headers }, res) => {
      asked.add(headers['accept-encoding']);
      if (method === 'tools/list') return toolsOf('bomb');
      res.setHeader('content-encoding', 'gzip');
      return mibs;
    });
    await router.publish('packed', { definition: MCP, urls: [server.url] });
    const client = await clientOf('packed_bomb');
    const result = await client.callTool({ name: 'packed_bomb', arguments: {} });
    expect(textOf(result)).toContain('the server compresses its answer, which the gateway asks it not to do');
    expect([...asked]).toEqual(['identity']);
  });

  it('of an HTTP tool is refused', async () => {
    const { url, received } = await startHttpTool((_received, res) => {
      res.setHeader('content-encoding', 'gzip').end(gzipSync('hello'));
    });
    await router.publish('http-packed', { definition: httpTool('http-packed'), urls: [url] });
    const client = await clientOf('http-packed');
    const result = await client.callTool({ name: 'http-packed', arguments: { city: 'Bern' } });
    expect(textOf(result)).toContain('the server compresses its answer, which the gateway asks it not to do');
    expect(received[0]?.headers['accept-encoding']).toBe('identity');
  });
});

describe('a list without end', () => {
  const MIB = 'x'.repeat(1024 * 1024);

  it.each([
    ['bytes', (page: number) => `{"name":"t${page}","description":"${MIB}","inputSchema":{"type":"object"}}`, 'bytes'],
    ['entries that are not valid', () => Array.from({ length: 5_000 }, () => '1').join(','), 'entries'],
  ])('of %s is not read to its end', async (_what, items, unit) => {
    let pages = 0;
    const server = await startRaw(({ params }) => {
      pages += 1;
      const page = Number(params?.cursor ?? 0);
      return `{"tools":[${items(page)}],"nextCursor":"${page + 1}"}`;
    });
    await router.publish(`endless-${unit}`, { definition: MCP, urls: [server.url] });
    const client = await modernClient(router.url);
    await becomesTrue('the failure', () =>
      expect(client.listTools(undefined, FRESH)).rejects.toThrow(/lists more than \d+ (bytes|entries)/),
    );
    await router.withdraw(`endless-${unit}`);
    expect(pages).toBeLessThan(100);
  });
});

const sessionTools = (create: () => string) => () => {
  const said = create();
  const server = new McpServer({ name: 'sessions', version: '1' }, { capabilities: { logging: {} } });
  server.registerTool('who', { inputSchema: z.object({}) }, () => ({ content: [{ type: 'text', text: said }] }));
  return server.server;
};

it('a replica that keeps sessions gives each caller its own, also when another replica keeps none', async () => {
  let servers = 0;
  const stateful = await startLegacyServer(sessionTools(() => `session ${(servers += 1)}`));
  const stateless = await startLegacyServer(
    sessionTools(() => 'none'),
    { stateless: true },
  );
  await router.publish('mixed', { definition: MCP, urls: [stateless.url] });
  await clientOf('mixed_who');
  // The replica that was listed stays, and calls go to the other one.
  const endpoints = [stateless, stateful].map(({ url }) => ({
    id: `mixed at ${url}`,
    url,
    path: '/',
    ready: url === stateful.url,
  }));
  await router.publish('mixed', { definition: MCP, urls: [], route: { endpoints } });
  const answers: string[] = [];
  for (const name of ['one', 'two']) {
    const client = await modernClient(router.url, principal(name, 'team'));
    await becomesTrue('an answer of the other replica', async () => {
      const said = textOf(await client.callTool({ name: 'mixed_who', arguments: {} }));
      expect(said).toContain('session');
      answers.push(said);
    });
  }
  expect(answers[0]).not.toBe(answers[1]);
});

it('who may not use a server any more loses the session there, and hears nothing of it', async () => {
  const servers: McpServer[] = [];
  const server = await startLegacyServer(() => {
    const created = new McpServer({ name: 'telling', version: '1' }, { capabilities: { logging: {} } });
    created.registerTool('begin', { inputSchema: z.object({}) }, () => ({
      content: [{ type: 'text', text: 'begun' }],
    }));
    servers.push(created);
    return created.server;
  });
  const published = { definition: MCP, urls: [server.url] };
  await router.publish('telling', published);
  const heard: unknown[] = [];
  const { client } = await legacyClient(router.url, principal('bob', 'team'), {
    prepare: (each) =>
      each.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => void heard.push(params.data)),
  });
  await becomesTrue('the tool', async () =>
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('telling_begin'),
  );
  await client.callTool({ name: 'telling_begin', arguments: {} });
  const tell = (data: string) =>
    Promise.all(servers.map((each) => each.server.sendLoggingMessage({ level: 'info', data }).catch(() => {})));
  await becomesTrue('it is told', async () => {
    await tell('before');
    expect(heard).toContain('before');
  });
  const before = server.sessions.size;
  await router.publish('telling', { ...published, route: { requiredRoles: ['others'] } });
  await becomesTrue('the end of the session', () => expect(server.sessions.size).toBe(before - 1));
  await tell('after');
  await client.ping();
  expect(heard).not.toContain('after');
});
