import { describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toolOf } from '../../control-plane/support/control-plane.js';
import { afterTest } from '../../support/clean-up.js';
import { callModern, callText, connect } from '../../support/clients.js';
import { startDataPlane, startToolRouter } from '../../support/gateway.js';
import { becomesTrue, waitFor } from '../../support/wait.js';
import { gateway } from './gateway.js';

const ADMIN = { 'x-dev-userid': 'root', 'x-dev-roles': 'mcp.admin' };
const call = (method: string, path: string, body?: object) =>
  fetch(`${gateway.url}/tools${path}`, {
    method,
    headers: { ...ADMIN, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });

/** Sends the arguments to the replica that has written this log, as the tool router does. */
async function execute(name: string, args: object) {
  const log = await (await call('GET', `/${name}/logs`)).text();
  const [url = ''] = log.match(/http:\/\/127\.0\.0\.1:\d+\/score/) ?? [];
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(args) });
  return { status: answer.status, text: await answer.text() };
}
const isReady = async (name: string) =>
  ((await (await call('GET', `/${name}/status`)).json()) as { phase: string }).phase === 'Ready';

describe('a tool', () => {
  it('is registered by npm start, and its server executes it', async () => {
    await waitFor('the weather tool', () => isReady('weather'));
    const { status, text } = await execute('weather', { location: 'Zurich', unit: 'celsius' });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ location: 'Zurich', unit: 'celsius' });
  });

  it('runs as scripts for microsoft/mcp-gateway register it, beside an adapter of its name, and ends alone', async () => {
    expect((await call('POST', '', toolOf('mcp-example'))).status).toBe(201);
    await waitFor('the tool', () => isReady('mcp-example'));
    expect(await execute('mcp-example', {})).toEqual({
      status: 400,
      text: 'location must be the name of a place, such as "Zurich".',
    });
    const scaled = toolOf('mcp-example', { replicaCount: 0 });
    expect((await call('PUT', '/mcp-example', scaled)).status).toBe(200);
    await becomesTrue('its server to end', async () =>
      expect(await (await call('GET', '/mcp-example/status')).json()).toMatchObject({
        phase: 'Stopped',
        conditions: [{ message: 'The tool is scaled to zero. PUT it with a replicaCount of 1 or more.' }, {}, {}],
      }),
    );
    expect((await call('DELETE', '/mcp-example')).status).toBe(204);
    expect(await gateway.api.status('mcp-example')).toMatchObject({ phase: 'Ready' });
  });
});

describe('the URL of all tools', () => {
  it('lists and calls what npm start has registered, for clients of both eras', async () => {
    expect(gateway.output()).toContain(`${gateway.url}/mcp `);
    await waitFor('the weather tool', () => isReady('weather'));
    const url = `${gateway.url}/mcp`;
    const session = await connect(url, { headers: ADMIN });
    await becomesTrue('the tool', async () =>
      expect((await session.client.listTools()).tools).toContainEqual(expect.objectContaining({ name: 'weather' })),
    );
    const args = { location: 'Zurich', unit: 'celsius' };
    expect(JSON.parse(await callText(session, 'weather', args))).toMatchObject({ location: 'Zurich' });
    const modern = await callModern(url, 'weather', args, ADMIN);
    expect(JSON.parse(modern.text)).toMatchObject({ location: 'Zurich', unit: 'celsius' });
  });

  it('has beside it a toolset with a role of its own, which others do not find', async () => {
    const toolset = {
      name: 'outdoors',
      tools: [{ name: 'weather', as: 'sky', description: 'Rain or sun.' }],
      requiredRoles: ['hikers'],
    };
    const put = await fetch(`${gateway.url}/toolsets/outdoors`, {
      method: 'PUT',
      headers: { ...ADMIN, 'content-type': 'application/json' },
      body: JSON.stringify(toolset),
    });
    expect(put.status).toBe(201);
    const url = `${gateway.url}/mcp/t/outdoors`;
    const hiker = { 'x-dev-userid': 'hanna', 'x-dev-roles': 'hikers' };
    await becomesTrue('the toolset', async () => {
      const { client, transport } = await connect(url, { headers: ADMIN });
      const { tools } = await client.listTools();
      await transport.terminateSession();
      expect(tools).toMatchObject([{ name: 'sky', description: 'Rain or sun.' }]);
    });
    const session = await connect(url, { headers: ADMIN });
    const args = { location: 'Zurich', unit: 'celsius' };
    expect(JSON.parse(await callText(session, 'sky', args))).toMatchObject({ location: 'Zurich' });
    // The role of the toolset is no role of the tool.
    expect((await (await connect(url, { headers: hiker })).client.listTools()).tools).toEqual([]);
    const stranger = { 'x-dev-userid': 'eve', 'x-dev-roles': 'other' };
    await expect(connect(url, { headers: stranger })).rejects.toThrow(/TOOLSET_NOT_FOUND|no such toolset/);
    const removed = await fetch(`${gateway.url}/toolsets/outdoors`, { method: 'DELETE', headers: ADMIN });
    expect(removed.status).toBe(204);
    await becomesTrue('its end', () => expect(session.client.listTools()).rejects.toThrow(/toolset|session|404/i));
  });

  it('has operations of an HTTP API, and tools of an adapter under another name', async () => {
    const weather = { type: 'object', properties: { location: { type: 'string' } }, required: ['location'] };
    const content = { 'application/json': { schema: weather } };
    const score = { operationId: 'getWeather', requestBody: { required: true, content }, responses: {} };
    const document = {
      openapi: '3.1.1',
      info: { title: 'Weather', version: '1' },
      paths: { '/score': { post: score } },
    };
    const source = { type: 'openapi', document, operations: ['getWeather'] };
    const api = { name: 'forecast', imageName: 'tool-example', imageVersion: '0.1.0', source };
    expect((await call('POST', '', api)).status).toBe(201);
    const chosen = { type: 'adapter', adapter: 'mcp-example', prompts: [], prefix: 'ex-' };
    expect((await call('POST', '', { name: 'examples', source: chosen })).status).toBe(201);
    await waitFor('both', async () => (await isReady('forecast')) && (await isReady('examples')));
    const session = await connect(`${gateway.url}/mcp`, { headers: ADMIN });
    const names = async () => (await session.client.listTools()).tools.map(({ name }) => name);
    await becomesTrue('the operation', async () => expect(await names()).toContain('forecast_getWeather'));
    expect(JSON.parse(await callText(session, 'forecast_getWeather', { location: 'Zurich' }))).toMatchObject({
      location: 'Zurich',
    });
    await becomesTrue('the tools of the adapter', async () =>
      expect((await names()).filter((name) => name.startsWith('ex-'))).not.toEqual([]),
    );
    for (const name of ['forecast', 'examples']) expect((await call('DELETE', `/${name}`)).status).toBe(204);
    await becomesTrue('their end', async () => expect(await names()).not.toContain('forecast_getWeather'));
  });

  it('keeps sessions through the death of one of two tool routers, at both of two data planes', async () => {
    const second = await startDataPlane(gateway);
    const other = await startToolRouter(gateway);
    const urls = [gateway.url, second.url];
    const sessions = await Promise.all(
      Array.from({ length: 6 }, (_, i) => connect(`${urls[i % 2]}/mcp`, { headers: ADMIN })),
    );
    const args = { location: 'Zurich' };
    for (const session of sessions) expect(await callText(session, 'weather', args)).toContain('Zurich');
    process.kill(other.pid, 'SIGKILL');
    for (const session of sessions) expect(await callText(session, 'weather', args)).toContain('Zurich');
  }, 60_000);
});

describe('an adapter with bridge', () => {
  it('serves clients of both eras at its URL, although its server speaks one', async () => {
    const spec = { name: 'bridged', imageName: 'mcp/everything', imageVersion: '2026.8.31' };
    await gateway.api.create({ ...spec, bridge: true });
    await gateway.api.ready('bridged');
    const url = gateway.api.mcp('bridged');
    const said = { content: [{ type: 'text', text: 'Echo: hello' }] };
    const echo = { name: 'echo', arguments: { message: 'hello' } };
    const versionNegotiation = { mode: { pin: '2026-07-28' as const } };
    // Until the tool router has met the server, it introduces itself.
    const modern = await waitFor('the introduction of the server', async () => {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation });
      afterTest(() => client.close());
      await client.connect(new StreamableHTTPClientTransport(new URL(url)));
      return client.getServerVersion()?.name === 'mcp-servers/everything' && client;
    });
    expect(await modern.callTool(echo)).toMatchObject(said);
    const legacy = await connect(url);
    expect(await legacy.client.callTool(echo)).toMatchObject(said);
    await gateway.api.remove('bridged');
  }, 60_000);
});
