import { describe, expect, it } from '@jest/globals';
import { ElicitationCompleteNotificationSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { inputRequired, McpServer, UrlElicitationRequiredError, type Server } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { becomesTrue } from '../support/wait.js';
import { alice, callRound, legacyClient, modernClient, startRouter, textOf } from './support/router.js';
import { MCP, startLegacyServer, startModernServer } from './support/servers.js';

const FRESH = { cacheMode: 'refresh' } as const;
const capabilities = { elicitation: { url: {} } };
const url = 'https://sign-in.example.com/';
const wanted = { message: 'Sign in', url };
const call = { name: 'srv_pay', arguments: {} };

/** A server whose tool `pay` needs a user that has signed in at a URL: it asks, or refuses with -32042 until then. */
function payments(era: 'legacy' | 'modern'): Server {
  const mcp = new McpServer({ name: 'pay', version: '1' });
  const paid = { content: [{ type: 'text' as const, text: 'paid' }] };
  let isSignedIn = false;
  const inputSchema = z.object({});
  mcp.registerTool('pay', { inputSchema }, async (_given, { mcpReq }) => {
    if (era === 'legacy') {
      const { action } = await mcpReq.elicitInput({ mode: 'url', elicitationId: 'id-1', ...wanted });
      await mcp.server.createElicitationCompletionNotifier('id-1')();
      return action === 'accept' ? paid : { content: [], isError: true };
    }
    const { sign } = (mcpReq.inputResponses ?? {}) as Record<string, { action?: string }>;
    if (sign?.action === 'accept') return paid;
    return inputRequired({ inputRequests: { sign: inputRequired.elicitUrl(wanted) } });
  });
  mcp.registerTool('refuse', { inputSchema }, () => {
    if (isSignedIn) return paid;
    isSignedIn = true; // the user signs in as soon as the URL is known
    throw new UrlElicitationRequiredError([{ mode: 'url', elicitationId: 'id-2', ...wanted }]);
  });
  return mcp.server;
}

async function set(era: 'legacy' | 'modern') {
  const router = await startRouter();
  const server = await (era === 'legacy' ? startLegacyServer : startModernServer)(() => payments(era));
  await router.publish('srv', { definition: MCP, urls: [server.url] });
  const client = await modernClient(router.url);
  await becomesTrue('the tools', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(2));
  return router;
}

async function legacyUser(at: string) {
  const asked: Record<string, unknown>[] = [];
  const completed: string[] = [];
  const { client } = await legacyClient(at, alice, {
    capabilities,
    prepare(each) {
      each.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params);
        return { action: 'accept' as const };
      });
      each.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
        completed.push(params.elicitationId);
      });
    },
  });
  return { client, asked, completed };
}

async function modernUser(at: string, action: 'accept' | 'decline' = 'accept') {
  const asked: unknown[] = [];
  const client = await modernClient(at, alice, {
    capabilities,
    prepare: (each) =>
      each.setRequestHandler('elicitation/create', ({ params }) => {
        asked.push(params);
        return { action };
      }),
  });
  return { client, asked };
}

describe.each(['legacy', 'modern'] as const)('a %s server that sends its user to a URL', (era) => {
  it('sends clients of both eras there', async () => {
    const router = await set(era);
    const modern = await modernUser(router.url);
    expect(textOf(await modern.client.callTool(call))).toBe('paid');
    expect(modern.asked).toEqual([{ mode: 'url', ...wanted }]);
    const legacy = await legacyUser(router.url);
    expect(textOf(await legacy.client.callTool(call))).toBe('paid');
    expect(legacy.asked).toMatchObject([{ mode: 'url', ...wanted }]);
    // Modern servers give no ids, which legacy clients expect, and so complete none.
    const [id] = legacy.asked.map(({ elicitationId }) => elicitationId);
    expect([id === 'id-1', typeof id]).toEqual([era === 'legacy', 'string']);
    const completed = era === 'legacy' ? ['id-1'] : [];
    await becomesTrue('the completion', () => expect(legacy.completed).toEqual(completed));
  });
});

describe('a legacy server that refuses until its user has opened a URL', () => {
  const refusing = { name: 'srv_refuse', arguments: {} };

  it('refuses a legacy client with the error that it sends', async () => {
    const router = await set('legacy');
    const { client } = await legacyUser(router.url);
    const elicitations = [{ mode: 'url', elicitationId: 'id-2', ...wanted }];
    await expect(client.callTool(refusing)).rejects.toMatchObject({ code: -32_042, data: { elicitations } });
    expect(textOf(await client.callTool(refusing))).toBe('paid');
  });

  it('makes a modern client open it, and gets the call again', async () => {
    const router = await set('legacy');
    const { client, asked } = await modernUser(router.url);
    expect(textOf(await client.callTool(refusing))).toBe('paid');
    expect(asked).toEqual([{ mode: 'url', ...wanted }]);
  });

  it('does not get the call of a modern client again that does not open it', async () => {
    const router = await set('legacy');
    const { client } = await modernUser(router.url, 'decline');
    expect(textOf(await client.callTool(refusing))).toMatch(/has not opened the URLs/);
  });

  it('gives a state that is of use for this call alone', async () => {
    const router = await set('legacy');
    const { result } = await callRound(router.url, alice, refusing, capabilities);
    expect(Object.values(result?.inputRequests ?? {})).toEqual([
      { method: 'elicitation/create', params: { mode: 'url', ...wanted } },
    ]);
    const inputResponses = { 'url-1': { action: 'accept' } };
    const again = { requestState: result?.requestState, inputResponses };
    const other = await callRound(router.url, alice, { ...call, ...again }, capabilities);
    expect(other).toMatchObject({ error: { code: -32_602 } });
    expect(textOf((await callRound(router.url, alice, { ...refusing, ...again }, capabilities)).result)).toBe('paid');
  });
});
