import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import type { PublishedTool } from '@mcp-gateway/common/contracts';
import { freePort } from '@mcp-gateway/platform/serving';
import { everythingEntry } from '../support/everything.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { alice, legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';

let url: string;
let end: () => Promise<void>;
beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, PORT: String(port) };
  const child = spawn(everythingEntry.command, everythingEntry.args ?? [], { env, stdio: 'ignore' });
  end = async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  };
  await waitFor('the server', () =>
    fetch(`${url}/mcp`).then(
      () => true,
      () => false,
    ),
  );
});
afterAll(() => end());

const definition = (more: object = {}): PublishedTool => ({ type: 'adapter', adapter: 'everything', ...more });
const FRESH = { cacheMode: 'refresh' } as const;

describe('chosen tools, prompts and resources of an adapter', () => {
  it('are listed and used under their prefix', async () => {
    const router = await startRouter();
    await router.publishAdapter('everything', url);
    const chosen = {
      tools: ['echo', 'get-*'],
      prompts: ['simple-*'],
      resources: ['demo://resource/static/*'],
      prefix: 'ev_',
    };
    await router.publish('selection', { definition: definition(chosen), urls: [] });
    const client = await modernClient(router.url);
    const names = async () => (await client.listTools(undefined, FRESH)).tools.map(({ name }) => name);
    await becomesTrue('the tools', async () => expect(await names()).toContain('ev_echo'));
    expect((await names()).filter((name) => !/^ev_(echo|get-)/.test(name))).toEqual([]);
    const echo = await client.callTool({ name: 'ev_echo', arguments: { message: 'hello' } });
    expect(textOf(echo)).toContain('hello');
    await expect(client.callTool({ name: 'ev_trigger-long-running-operation', arguments: {} })).rejects.toThrow(
      /Unknown tool/,
    );

    const { prompts } = await client.listPrompts(undefined, FRESH);
    expect(prompts.map(({ name }) => name)).toEqual(['ev_simple-prompt']);
    expect((await client.getPrompt({ name: 'ev_simple-prompt' })).messages).toHaveLength(1);
    const { resources } = await client.listResources(undefined, FRESH);
    expect(resources.length).toBeGreaterThan(0);
    expect(resources.every(({ uri }) => uri.startsWith('demo://resource/static/'))).toBe(true);
    const [first] = resources;
    expect((await client.readResource({ uri: String(first?.uri) })).contents).toHaveLength(1);
    expect((await client.listResourceTemplates(undefined, FRESH)).resourceTemplates).toEqual([]);
  });

  it('are for callers who may use the tool and the adapter', async () => {
    const router = await startRouter();
    await router.publishAdapter('everything', url, { createdBy: 'carol', requiredRoles: ['sales'] });
    const route = { createdBy: 'dave', requiredRoles: ['support'] };
    await router.publish('selection', { definition: definition({ tools: ['echo'] }), urls: [], route });
    const namesFor = async (...roles: string[]) => {
      const { client } = await legacyClient(router.url, principal('bob', ...roles));
      return (await client.listTools()).tools.map(({ name }) => name);
    };
    await becomesTrue('both', async () => expect(await namesFor('sales', 'support')).toEqual(['selection_echo']));
    expect(await namesFor('support')).toEqual([]);
    expect(await namesFor('sales')).toEqual([]);
    // The right to use the adapter ends for those who are connected, too.
    const { client } = await legacyClient(router.url, principal('bob', 'sales', 'support'));
    await router.publishAdapter('everything', url, { createdBy: 'carol', requiredRoles: ['others'] });
    await becomesTrue('the end', async () => expect((await client.listTools()).tools).toEqual([]));
  });

  it('are used as far as the policies of the adapter permit', async () => {
    const router = await startRouter();
    const when = 'params.arguments.message == "secret"';
    const policies = [{ name: 'no-secrets', effect: 'deny' as const, methods: ['tools/call'], when }];
    await router.publishAdapter('everything', url, { policies });
    await router.publish('selection', { definition: definition({ tools: ['echo'], prefix: '' }), urls: [] });
    const client = await modernClient(router.url, alice);
    await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
    const echo = (message: string) => client.callTool({ name: 'echo', arguments: { message } });
    expect(textOf(await echo('hello'))).toContain('hello');
    const refused = await echo('secret');
    expect(refused.isError).toBe(true);
    expect(textOf(refused)).toContain('the policies of adapter everything do not permit it');
  });

  it('come when the adapter is registered, and calls say when it is gone', async () => {
    const router = await startRouter();
    await router.publish('selection', { definition: definition({ tools: ['echo'] }), urls: [] });
    const client = await modernClient(router.url);
    expect((await client.listTools(undefined, FRESH)).tools).toEqual([]);
    await router.publishAdapter('everything', url);
    await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  });
});
