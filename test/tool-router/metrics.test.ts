import { expect, it } from '@jest/globals';
import { serveMetrics } from '@mcp-gateway/platform/telemetry';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { samplesOf } from '../support/samples.js';
import { becomesTrue } from '../support/wait.js';
import { alice, legacyClient, modernClient, principal, startRouter } from './support/router.js';
import { httpTool, MCP, startHttpTool, startLegacyServer } from './support/servers.js';

async function startMetrics() {
  const config = { MCP_GATEWAY_METRICS_PORT: 0, MCP_GATEWAY_METRICS_HOST: '127.0.0.1' };
  const metrics = await serveMetrics(config, { log: silent, defer: afterTest });
  if (!metrics) throw new Error('no metrics');
  return metrics;
}

it('calls, lists, sources and sessions are counted, and series end with their source', async () => {
  const metrics = await startMetrics();
  const samples = async (name: string) => samplesOf(await metrics.text(), `mcp_gateway_${name}`);
  const tool = await startHttpTool(({ body }, res) => {
    const { city } = body as { city: string };
    if (city === 'gone') return void res.destroy();
    res.writeHead(city === 'nowhere' ? 404 : 200).end('sunny');
  });
  const { url, publish, withdraw } = await startRouter({ metrics });
  await publish('weather', { definition: httpTool('weather'), urls: [tool.url] });
  const memory = await startLegacyServer(() => {
    const server = new McpServer({ name: 'memory', version: '1' });
    const inputSchema = fromJsonSchema<object>({ type: 'object' });
    server.registerTool('remember', { inputSchema }, () => ({ content: [{ type: 'text', text: 'noted' }] }));
    return server.server;
  });
  await publish('memory', { definition: MCP, urls: [memory.url] });
  await publish('away', { definition: MCP, urls: ['http://127.0.0.1:1'] });
  await becomesTrue('all to be tried', async () =>
    expect(await samples('sources')).toEqual({
      'state="listed"': 2,
      'state="failing"': 0,
      'state="missing"': 1,
      'state="untried"': 0,
    }),
  );

  const { client } = await legacyClient(url);
  await client.listTools();
  const call = (name: string, given: object) => client.callTool({ name, arguments: { ...given } });
  await call('weather', { city: 'Oslo' });
  await call('weather', { city: 'nowhere' });
  await call('weather', {});
  for (let i = 0; i < 6; i += 1) await call('weather', { city: 'gone' });
  await call('memory_remember', {});
  await expect(call('made_up', {})).rejects.toThrow(/made_up/);
  const other = await modernClient(url, principal('mallory'));
  await expect(other.callTool({ name: 'weather', arguments: { city: 'Oslo' } })).rejects.toThrow(/weather/);

  expect(await samples('tool_calls_total')).toEqual({
    'kind="tool",name="weather",outcome="succeeded"': 1,
    'kind="tool",name="weather",outcome="tool_error"': 1,
    'kind="tool",name="weather",outcome="invalid"': 1,
    'kind="tool",name="weather",outcome="failed"': 5,
    'kind="tool",name="weather",outcome="circuit_open"': 1,
    'kind="tool",name="memory",outcome="succeeded"': 1,
    'kind="tool",name="none",outcome="unknown_tool"': 2,
  });
  expect((await samples('tool_call_duration_seconds_count'))['kind="tool",name="weather"']).toBe(9);
  expect((await samples('list_duration_seconds_count'))['list="tools"']).toBeGreaterThan(0);
  expect(await samples('source_entries')).toEqual({
    'kind="tool",name="weather",list="tools"': 1,
    'kind="tool",name="memory",list="tools"': 1,
  });
  expect((await samples('source_lists_total'))['kind="tool",name="away",outcome="failed"']).toBeGreaterThan(0);
  expect(Object.keys(await samples('source_listed_timestamp_seconds'))).toEqual([
    'kind="tool",name="memory"',
    'kind="tool",name="weather"',
  ]);
  expect(await samples('source_sessions')).toMatchObject({ 'kind="tool",name="memory"': 1 });
  expect((await samples('source_circuit_open'))['kind="tool",name="weather"']).toBe(1);
  expect(await samples('client_sessions')).toEqual({ '': 1 });

  await withdraw('weather');
  await becomesTrue('its series to go', async () => expect(await metrics.text()).not.toContain('name="weather"'));
});

it('a call that takes too long and one that its client cancels have outcomes of their own', async () => {
  const metrics = await startMetrics();
  const calls = async () => samplesOf(await metrics.text(), 'mcp_gateway_tool_calls_total');
  const slow = await startHttpTool(() => {});
  const { url, publish } = await startRouter({ metrics, callTimeoutMs: 300 });
  await publish('slow', { definition: httpTool('slow'), urls: [slow.url] });
  const { client } = await legacyClient(url, alice);
  await becomesTrue('the tool', async () => expect((await client.listTools()).tools).toHaveLength(1));
  await client.callTool({ name: 'slow', arguments: { city: 'Oslo' } });
  const leaving = new AbortController();
  const left = client.callTool({ name: 'slow', arguments: { city: 'Rome' } }, undefined, { signal: leaving.signal });
  await becomesTrue('it to be under way', async () =>
    expect(samplesOf(await metrics.text(), 'mcp_gateway_tool_calls_in_flight')).toEqual({
      'kind="tool",name="slow"': 1,
    }),
  );
  leaving.abort();
  await expect(left).rejects.toThrow(/abort/i);
  await becomesTrue('both outcomes', async () =>
    expect(await calls()).toEqual({
      'kind="tool",name="slow",outcome="timeout"': 1,
      'kind="tool",name="slow",outcome="cancelled"': 1,
    }),
  );
});
