import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { announce } from './announce.js';
import { awaitAdapters } from './await-adapters.js';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** The gateway's answers by method and path: 404 for a path without one, and none at all for `silence`. */
type Answers = Record<string, () => { status: number; body?: unknown } | 'silence'>;

async function gateway(answers: Answers): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const answer: RequestListener = (req, res) => {
    const what = `${req.method} ${req.url}`;
    requests.push(what);
    const given = answers[what]?.() ?? { status: 404 };
    if (given !== 'silence') res.writeHead(given.status).end(JSON.stringify(given.body ?? {}));
  };
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const list = (...names: string[]) => ({
  'GET /adapters': () => ({ status: 200, body: names.map((name) => ({ name })) }),
});
const phase = (name: string, is: string, message = '') => ({
  [`GET /adapters/${name}/status`]: () => ({
    status: 200,
    body: { phase: is, conditions: [{ type: 'Ready', message }] },
  }),
  [`DELETE /adapters/${name}/mcp`]: () => ({ status: 400 }),
});
/** One answer after the other, the last of them for good. */
const inTurn = (...given: ReturnType<Answers[string]>[]) => {
  let turn = 0;
  return () => given[Math.min(turn++, given.length - 1)] ?? { status: 404 };
};

/** What each client configuration begins with. */
const allTools = (url: string) => ({ mcp_gateway: { type: 'http', url: `${url}/mcp` } });

const IMPATIENT = { example: 20_000, others: 1_000 };

describe('the adapters of the announcement', () => {
  it('are all adapters, ready or not', async () => {
    const { url } = await gateway({
      ...list('a', 'b', 'c'),
      ...phase('a', 'Ready'),
      ...phase('b', 'Failed', 'No command\x1b[2J is known.'),
      ...phase('c', 'Stopped'),
    });
    const adapters = await awaitAdapters(url, IMPATIENT);
    expect(adapters).toEqual([
      { name: 'a', ready: true },
      { name: 'b', ready: false, blocker: 'No command [2J is known.' },
      { name: 'c', ready: false, blocker: 'it is scaled to zero' },
    ]);
    const text = announce({ url, adapters, data: '/data', logs: '/data/logs' });
    expect(text).toContain(
      `Not running, and why:\n\n  b: No command [2J is known.\n    ${url}/adapters/b/status\n  c: it `,
    );
    expect(text).toContain(
      JSON.stringify({ mcpServers: { ...allTools(url), a: { type: 'http', url: `${url}/adapters/a/mcp` } } }),
    );
  });

  it('show why none runs', async () => {
    const { url } = await gateway({ ...list('b'), ...phase('b', 'Failed', 'No command is known.') });
    const text = announce({ url, adapters: await awaitAdapters(url, IMPATIENT), data: '/data', logs: '/data/logs' });
    expect(text).toContain('\n\nNot running, and why:\n\n  b: No command is known.');
    expect(text).not.toContain('/adapters/b/mcp');
  });

  it('do not show a failure of the last run, which this run corrects', async () => {
    const failed = { status: 200, body: { phase: 'Failed', conditions: [] } };
    const ready = { status: 200, body: { phase: 'Ready', conditions: [] } };
    const { url } = await gateway({
      ...list('a'),
      ...phase('a', 'Ready'),
      'GET /adapters/a/status': inTurn(failed, ready),
    });
    expect(await awaitAdapters(url)).toEqual([{ name: 'a', ready: true }]);
  });

  it('show the failure of an adapter that was ready in the last run', async () => {
    const ready = { status: 200, body: { phase: 'Ready', conditions: [] } };
    const failed = { status: 200, body: { phase: 'Failed', conditions: [{ type: 'Ready', message: 'No command.' }] } };
    const { url } = await gateway({
      ...list('a'),
      'GET /adapters/a/status': inTurn(ready, failed),
      'DELETE /adapters/a/mcp': () => 'silence', // the data plane waits for a replica
    });
    expect(await awaitAdapters(url, { example: 20_000, others: 2_000 })).toEqual([
      { name: 'a', ready: false, blocker: 'No command.' },
    ]);
  });

  it('are not requested before the data plane has read its routes', async () => {
    const { url, requests } = await gateway({
      ...list('a'),
      ...phase('a', 'Ready'),
      'GET /readyz': inTurn({ status: 503 }, { status: 503 }, { status: 200 }),
    });
    expect(await awaitAdapters(url)).toEqual([{ name: 'a', ready: true }]);
    expect(requests.filter((each) => !each.endsWith('/status'))).toEqual([
      'GET /adapters',
      ...Array.from({ length: 3 }, () => 'GET /readyz'),
      'DELETE /adapters/a/mcp',
    ]);
  });

  it('are the example on an empty gateway, once the data plane routes to it', async () => {
    const { url, requests } = await gateway({
      ...list(),
      'POST /adapters': () => ({ status: 201 }),
      'POST /tools': inTurn({ status: 503 }, { status: 201 }),
      ...phase('mcp-example', 'Ready'),
      'DELETE /adapters/mcp-example/mcp': inTurn({ status: 503 }, { status: 404 }, { status: 400 }),
    });
    expect(await awaitAdapters(url)).toEqual([{ name: 'mcp-example', ready: true }]);
    expect(requests.filter((each) => each.startsWith('DELETE'))).toHaveLength(3);
    const tool = ['GET /tools/weather', 'POST /tools'];
    expect(requests.slice(-4)).toEqual([...tool, ...tool]); // when the example is ready
  });

  it('do not include one that was removed after the list', async () => {
    const { url } = await gateway({ ...list('a', 'removed'), ...phase('a', 'Ready') });
    expect(await awaitAdapters(url)).toEqual([{ name: 'a', ready: true }]);
  });

  it.each<[string, () => ReturnType<Answers[string]>]>([
    ['is answered 503', inTurn({ status: 503 }, { status: 200, body: { phase: 'Ready' } })],
    ['is not answered', () => 'silence'],
  ])('is there although a status %s', async (what, status) => {
    const { url } = await gateway({ ...list('a'), ...phase('a', 'Ready'), 'GET /adapters/a/status': status });
    const patience = what === 'is not answered' ? IMPATIENT : undefined;
    expect(await awaitAdapters(url, patience)).toEqual([{ name: 'a', ready: patience === undefined }]);
  });

  it('wait for the list when the control plane is unavailable for a moment', async () => {
    const listed = list('a')['GET /adapters']();
    const { url } = await gateway({ 'GET /adapters': inTurn({ status: 503 }, listed), ...phase('a', 'Ready') });
    expect(await awaitAdapters(url)).toEqual([{ name: 'a', ready: true }]);
  });

  it('have more time for the example than for adapters of the user', async () => {
    const starting = { status: 200, body: { phase: 'Progressing' } };
    const { url } = await gateway({
      ...list('mcp-example', 'mine'),
      ...phase('mcp-example', 'Ready'),
      'GET /adapters/mcp-example/status': inTurn(...Array.from({ length: 10 }, () => starting), {
        status: 200,
        body: { phase: 'Ready' },
      }),
      ...phase('mine', 'Progressing'),
    });
    const adapters = await awaitAdapters(url, { example: 600_000, others: 100 });
    expect(adapters).toEqual([
      { name: 'mcp-example', ready: true },
      { name: 'mine', ready: false },
    ]);
    const text = announce({ url, adapters, data: '/data', logs: '/data/logs' });
    expect(text).toContain(`/adapters/mine/mcp   (not ready yet: see ${url}/adapters/mine/status)`);
    expect(text).not.toContain('mcp-example/mcp   (');
    const servers = { ...allTools(url), 'mcp-example': { type: 'http', url: `${url}/adapters/mcp-example/mcp` } };
    expect(text).toContain(`  ${JSON.stringify({ mcpServers: servers })}\n`);
  });

  it('are no part of the client configuration while none is ready', async () => {
    const { url } = await gateway({ ...list('mine'), ...phase('mine', 'Progressing') });
    const adapters = await awaitAdapters(url, { example: 20_000, others: 100 });
    const text = announce({ url, adapters, data: '/data', logs: '/data/logs' });
    expect(text).toContain('/adapters/mine/mcp   (not ready yet');
    expect(text).toContain(`  ${JSON.stringify({ mcpServers: allTools(url) })}\n`);
  });
});

describe('an announcement of no adapters', () => {
  it('leads with the URL of all tools', () => {
    const url = 'http://127.0.0.1:1';
    const text = announce({ url, adapters: [], data: '/data', logs: '/data/logs' });
    expect(text).toMatch(
      /^\nMCP Gateway is running\. Paste into an MCP client:\n\n {2}http:\/\/127\.0\.0\.1:1\/mcp {3}\(all/,
    );
    expect(text).toContain(`  ${JSON.stringify({ mcpServers: allTools(url) })}\n`);
    expect(text).toContain('Manage servers at http://127.0.0.1:1/adapters');
  });
});
