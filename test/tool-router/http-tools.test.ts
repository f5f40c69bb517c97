import { expect, it } from '@jest/globals';
import { becomesTrue } from '../support/wait.js';
import { alice, headersOf, legacyClient, modernClient, principal, startRouter, textOf } from './support/router.js';
import { httpTool, startHttpTool, startServer } from './support/servers.js';

/** Clients keep lists for as long as the router permits. */
const FRESH = { cacheMode: 'refresh' } as const;
const call = { name: 'weather', arguments: { city: 'Oslo' } };

async function weather(answer: Parameters<typeof startHttpTool>[0], more = {}, options = {}) {
  const router = await startRouter(options);
  const server = await startHttpTool(answer);
  await router.publish('weather', { definition: httpTool('weather', more), urls: [server.url], path: '/score' });
  const client = await modernClient(router.url);
  await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  return { router, server, client };
}

it('clients of both eras list and call a tool that takes its arguments as JSON', async () => {
  const { router, server, client } = await weather((_, res) => res.end('sunny'));
  const legacy = await legacyClient(router.url);
  const listed = (await client.listTools()).tools;
  expect(listed).toEqual([expect.objectContaining({ name: 'weather', description: 'The tool weather.' })]);
  expect((await legacy.client.listTools()).tools).toEqual(listed);
  for (const result of [await client.callTool(call), await legacy.client.callTool(call)]) {
    expect(result.content).toEqual([{ type: 'text', text: 'sunny' }]);
    expect(result.isError).toBeUndefined();
  }
  const [{ body, headers } = { body: undefined, headers: {} }] = server.received;
  expect(body).toEqual({ city: 'Oslo' });
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'x-mcp-userid': 'alice' });
  expect(JSON.stringify(headers)).not.toContain('secret');
});

it('a structured answer is checked against the output schema, and has a text too', async () => {
  const outputSchema = { type: 'object', properties: { degrees: { type: 'number' } }, required: ['degrees'] };
  const answers = ['{"degrees":3}', '{"degrees":"cold"}', 'no JSON'];
  const { client } = await weather((_, res) => res.end(answers.shift()), { outputSchema });
  expect(await client.callTool(call)).toMatchObject({
    structuredContent: { degrees: 3 },
    content: [{ type: 'text', text: '{"degrees":3}' }],
  });
  const wrong = await client.callTool(call);
  expect(wrong.isError).toBe(true);
  expect(textOf(wrong)).toContain('the result.degrees must be number');
  expect(textOf(await client.callTool(call))).toContain('has to answer with JSON');
});

it('arguments that the schema does not permit reach no server, and the answer says what to correct', async () => {
  const { server, client } = await weather((_, res) => res.end('sunny'), {
    inputSchema: {
      type: 'object',
      properties: { city: { type: 'string', pattern: '^(a+)+$' }, unit: { enum: ['C', 'F'] } },
      required: ['city'],
      additionalProperties: false,
    },
  });
  const wrong = await client.callTool({ name: 'weather', arguments: { unit: 'K', town: 'Oslo' } });
  expect(wrong.isError).toBe(true);
  expect(textOf(wrong)).toContain('arguments.city is required');
  expect(textOf(wrong)).toContain('arguments.unit must be one of "C", "F"');
  expect(textOf(wrong)).toContain('arguments must not have "town"');
  const nasty = await client.callTool({ name: 'weather', arguments: { city: `${'a'.repeat(40_000)}!` } });
  expect(textOf(nasty)).toContain('arguments.city must match pattern');
  let deep: unknown = 1;
  for (let i = 0; i < 100; i += 1) deep = [deep];
  expect(textOf(await client.callTool({ name: 'weather', arguments: { city: deep } }))).toContain('nested');
  expect(server.received).toHaveLength(0);
});

it.each<[what: string, answer: Parameters<typeof startHttpTool>[0], says: RegExp]>([
  ['an error', (_, res) => res.writeHead(404).end('no such city'), /answers 404: no such city/],
  ['a redirect', (_, res) => res.writeHead(307, { location: 'http://169.254.169.254/' }).end(), /a redirect/],
  ['a web page', (_, res) => res.writeHead(200, { 'content-type': 'text/html' }).end('<h1>'), /web page/],
  ['bytes', (_, res) => res.end(Buffer.from([0xff, 0xfe])), /no text/],
  ['less than it promises', (_, res) => res.writeHead(200, { 'content-length': '99' }).end('x'), /broken off/],
  ['nothing', (_, res) => res.destroy(), /broken off/],
  ['too much', (_, res) => res.end(Buffer.alloc(9 * 1024 * 1024, 32)), /more than/],
])('a server that answers %s makes a result that a model understands', async (_what, answer, says) => {
  const { client } = await weather(answer);
  const result = await client.callTool(call);
  expect(result.isError).toBe(true);
  expect(textOf(result)).toMatch(says);
});

it('a server that answers byte by byte, or never, ends with the deadline', async () => {
  const { client } = await weather(
    (_, res) => {
      const timer = setInterval(() => res.write(' '), 20);
      res.once('close', () => clearInterval(timer));
    },
    {},
    { callTimeoutMs: 300 },
  );
  expect(textOf(await client.callTool(call))).toMatch(/has not answered within/);
});

it('another caller sees neither the tool nor whether it exists', async () => {
  const { router } = await weather((_, res) => res.end('sunny'));
  const mallory = await modernClient(router.url, principal('mallory', 'other'));
  expect((await mallory.listTools()).tools).toEqual([]);
  await expect(mallory.callTool(call)).rejects.toThrow('Unknown tool: weather');
});

it('a session belongs to its caller, and without the secret of data planes nothing is served', async () => {
  const { router } = await weather((_, res) => res.end('sunny'));
  const { transport } = await legacyClient(router.url);
  const post = (headers: Record<string, string>) =>
    fetch(router.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
  const session = { 'mcp-session-id': String(transport.sessionId) };
  expect((await post({ ...headersOf(principal('mallory', 'team')), ...session })).status).toBe(404);
  expect((await post({ ...headersOf(alice), ...session })).status).toBe(200);
  expect((await post({ ...headersOf(alice), ...session, 'x-mcp-gateway-secret': 'x'.repeat(40) })).status).toBe(403);
});

it('lists have pages, whose cursors another router understands', async () => {
  const router = await startRouter({ pageSize: 2 });
  const server = await startServer((_, res) => res.end('x'));
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) await router.publish(name, { definition: httpTool(name), urls: [server.url] });
  const [first, second] = [await modernClient(router.url), await modernClient(await router.start())];
  for (const client of [first, second]) {
    await becomesTrue('all', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(5));
  }
  const found: string[] = [];
  let cursor: string | undefined;
  for (const client of [first, second, first]) {
    const page = await client.listTools({ cursor: cursor ?? '' }).catch(() => client.request({ method: 'tools/list' }));
    found.push(...page.tools.map(({ name }) => name));
    cursor = page.nextCursor;
  }
  expect(found).toEqual(names);
  await expect(first.listTools({ cursor: 'made up' })).rejects.toThrow('cursor is not valid');
});

it('calls go to the replica with the fewest calls, and on to another one that accepts the connection', async () => {
  const router = await startRouter();
  const held: (() => void)[] = [];
  const busy = await startHttpTool((_, res) => void held.push(() => res.end('one')));
  const free = await startHttpTool((_, res) => void held.push(() => res.end('two')));
  const gone = await startServer(() => {});
  await gone.stop();
  await router.publish('weather', { definition: httpTool('weather'), urls: [busy.url, gone.url, free.url] });
  const client = await modernClient(router.url);
  await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
  const results = Promise.all([
    client.callTool(call),
    client.callTool(call),
    client.callTool(call),
    client.callTool(call),
  ]);
  await becomesTrue('four calls', () => expect(held).toHaveLength(4));
  held.forEach((end) => end());
  expect((await results).map(textOf).toSorted()).toEqual(['one', 'one', 'two', 'two']);
});

it('a call that breaks off runs again only if the tool says that it may', async () => {
  for (const [annotations, calls] of [
    [{}, 1],
    [{ idempotentHint: true }, 2],
  ] as const) {
    let breaks = 1;
    const router = await startRouter();
    const answer = (_: unknown, res: { destroy(): void; end(text: string): void }) =>
      breaks-- > 0 ? res.destroy() : res.end('done');
    const [one, two] = [await startHttpTool(answer), await startHttpTool(answer)];
    const definition = httpTool('weather', { annotations });
    await router.publish('weather', { definition, urls: [one.url, two.url] });
    const client = await modernClient(router.url);
    await becomesTrue('the tool', async () => expect((await client.listTools(undefined, FRESH)).tools).toHaveLength(1));
    const result = await client.callTool(call);
    expect(one.received.length + two.received.length).toBe(calls);
    expect(result.isError).toBe(calls === 1 ? true : undefined);
  }
});
