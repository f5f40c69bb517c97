import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterTest } from '../support/clean-up.js';
import { connectToEverything, everythingEntry } from '../support/everything.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { alice, headersOf, startRouter } from './support/router.js';
import { startInjector } from '../conformance/suite/injector.js';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The reference server, as its own package has it. */
async function startEverything(): Promise<string> {
  const port = await freePort();
  const { command, args = [] } = everythingEntry as { command: string; args?: string[] };
  const child = spawn(command, args, { env: { ...process.env, PORT: String(port) }, stdio: 'ignore' });
  afterTest(() => child.kill());
  const url = `http://127.0.0.1:${port}`;
  await waitFor('the server', async () => (await fetch(`${url}/mcp`, { method: 'DELETE' })).status > 0);
  return url;
}

const CALLS: [name: string, args: object][] = [
  ['echo', { message: 'hello' }],
  ['get-sum', { a: 1, b: 2 }],
  ['get-tiny-image', {}],
  ['get-annotated-message', { messageType: 'error', includeImage: true }],
  ['get-structured-content', { location: 'New York' }],
  ['get-resource-links', { count: 3 }],
  ['get-resource-reference', { resourceType: 'Text', resourceId: 1 }],
  ['trigger-sampling-request', { prompt: 'hi', maxTokens: 5 }],
  ['trigger-elicitation-request', {}],
];

it('the reference server answers through the router as it answers directly', async () => {
  const router = await startRouter();
  const url = await startEverything();
  await router.publish('all', { definition: { type: 'mcp' }, urls: [url], path: '/mcp' });
  const injector = await startInjector(new URL(router.url).origin, headersOf(alice));
  afterTest(injector.close);
  const [direct, through] = [await connectToEverything(`${url}/mcp`), await connectToEverything(`${injector.url}/mcp`)];
  const without = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('"all_', '"')) as object;
  const listed = async (client: Client) => ({
    tools: sorted((await client.listTools()).tools, 'name'),
    prompts: sorted((await client.listPrompts()).prompts, 'name'),
    resources: sorted((await client.listResources()).resources, 'uri'),
    templates: sorted((await client.listResourceTemplates()).resourceTemplates, 'uriTemplate'),
  });
  await becomesTrue('the tools', async () =>
    expect((await through.client.listTools()).tools.length).toBeGreaterThan(5),
  );
  expect(without(await listed(through.client))).toEqual(await listed(direct.client));
  const names = (await direct.client.listTools()).tools.map(({ name }) => name);
  for (const [name, args] of CALLS) {
    expect(names).toContain(name);
    // A resource says when it was made.
    const call = async (client: Client, as: string) =>
      JSON.parse(
        JSON.stringify(await client.callTool({ name: as, arguments: { ...args } })).replaceAll(
          /\d+:\d\d:\d\d [AP]M/g,
          '',
        ),
      ) as object;
    expect({ name, ...(await call(through.client, `all_${name}`)) }).toEqual({
      name,
      ...(await call(direct.client, name)),
    });
  }
  const uri = 'demo://resource/static/document/features.md';
  expect(await through.client.readResource({ uri })).toEqual(await direct.client.readResource({ uri }));
});

const sorted = <T>(list: readonly T[], by: keyof T): T[] => list.toSorted((a, b) => (a[by] < b[by] ? -1 : 1));
