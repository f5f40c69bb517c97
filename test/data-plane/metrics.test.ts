import { beforeEach, describe, expect, it } from '@jest/globals';
import { serveMetrics, type Metrics } from '@mcp-gateway/platform/telemetry';
import { afterTest } from '../support/clean-up.js';
import { send, start } from '../support/http.js';
import { silent } from '../support/postgres.js';
import { samplesOf } from '../support/samples.js';
import { becomesTrue } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { startReplica, type Replica } from './support/replica.js';
import { begin, callTool, openStream, rpc } from './support/rpc.js';
import { routeTo, startUpstream } from './support/upstream.js';

const MODERN = { 'Mcp-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/list' };

let metrics: Metrics;
let first: Replica;
let second: Replica;
let gateway: Gateway;

beforeEach(async () => {
  const config = { MCP_GATEWAY_METRICS_PORT: 0, MCP_GATEWAY_METRICS_HOST: '127.0.0.1' };
  metrics = (await serveMetrics(config, { log: silent, defer: afterTest })) as Metrics;
  [first, second] = [await startReplica(), await startReplica()];
  gateway = await startGateway({ routes: [routeTo(first.endpoint)], metrics });
});

const mcp = (adapter: string) => `${gateway.url}/adapters/${adapter}/mcp`;
const samples = async (name: string) => samplesOf(await metrics.text(), `mcp_gateway_${name}`);
/** The gauges of open requests lag by a moment. */
const become = (name: string, expected: Record<string, number>) =>
  becomesTrue(name, async () => expect(await samples(name)).toEqual(expected));

describe('the metrics of the data plane', () => {
  it('count requests by adapter, era, method and class of status, once each', async () => {
    const began = performance.now();
    const session = await begin(gateway.url); // two requests
    for (let i = 0; i < 3; i++) await callTool(gateway.url, session, 'who');
    await send(mcp('echo'), { headers: MODERN, body: '{}' });
    await send(mcp('echo'), { method: 'PUT', body: '{}' });
    await send(mcp('made-up'), { body: '{}' });
    await send(mcp('made-up-too'), { method: 'PROPFIND', body: '{}' });
    expect(await samples('requests_total')).toEqual({
      'kind="adapter",name="echo",era="legacy",method="POST",status="2xx"': 5,
      'kind="adapter",name="echo",era="modern",method="POST",status="4xx"': 1,
      'kind="adapter",name="echo",era="legacy",method="PUT",status="4xx"': 1,
      'kind="adapter",name="none",era="legacy",method="POST",status="4xx"': 1,
      'kind="adapter",name="none",era="legacy",method="other",status="4xx"': 1,
    });
    expect(await samples('request_duration_seconds_count')).toEqual({
      'kind="adapter",name="echo",method="POST"': 6,
      'kind="adapter",name="echo",method="PUT"': 1,
      'kind="adapter",name="none",method="POST"': 1,
      'kind="adapter",name="none",method="other"': 1,
    });
    const sums = Object.values(await samples('request_duration_seconds_sum'));
    expect(Math.min(...sums)).toBeGreaterThan(0);
    expect(sums.reduce((a, b) => a + b)).toBeLessThan((performance.now() - began) / 1000);
    expect(await samples('refusals_total')).toEqual({
      'kind="adapter",name="echo",code="METHOD_NOT_ALLOWED"': 1,
      'kind="adapter",name="none",code="ADAPTER_NOT_FOUND"': 2,
    });
    expect(await samples('sessions_cached')).toEqual({ '': 1 });
    await become('requests_in_flight', { 'kind="adapter",name="echo"': 0, 'kind="adapter",name="none"': 0 });
  });

  it('count open requests, and the streams among them, while they are open', async () => {
    const session = await begin(gateway.url);
    const stream = await openStream(gateway.url, session);
    const held = first.hold('vendor/slow');
    const slow = rpc(gateway.url, session, 'vendor/slow');
    const answer = await held;
    await become('requests_in_flight', { 'kind="adapter",name="echo"': 2 });
    expect(await samples('streams_open')).toEqual({ 'kind="adapter",name="echo"': 1 });
    answer.end('{}');
    await slow;
    await become('requests_in_flight', { 'kind="adapter",name="echo"': 1 });
    stream.destroy();
    await become('requests_in_flight', { 'kind="adapter",name="echo"': 0 });
    expect(await samples('streams_open')).toEqual({ 'kind="adapter",name="echo"': 0 });
  });

  it('count a client that left before there was an answer', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const silentServer = await startUpstream(() => resolve());
    await gateway.publish(routeTo(silentServer.endpoint));
    const req = start(mcp('echo'));
    req.end('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}');
    await arrived;
    req.destroy();
    await become('requests_total', { 'kind="adapter",name="echo",era="legacy",method="POST",status="none"': 1 });
    expect(await samples('requests_in_flight')).toEqual({ 'kind="adapter",name="echo"': 0 });
  });

  it('count a client that left in the middle of its body, and no refusal', async () => {
    const headers = { 'content-length': '1000' };
    const inSession = { 'mcp-session-id': await begin(gateway.url) };
    await become('requests_in_flight', { 'kind="adapter",name="echo"': 0 });
    for (const more of [{}, inSession, MODERN]) {
      const req = start(mcp('echo'), { headers: { ...headers, ...more } });
      req.write('{"jsonrpc":"2.0"');
      await become('requests_in_flight', { 'kind="adapter",name="echo"': 1 });
      req.destroy();
      await become('requests_in_flight', { 'kind="adapter",name="echo"': 0 });
    }
    expect(await samples('requests_total')).toMatchObject({
      'kind="adapter",name="echo",era="legacy",method="POST",status="none"': 2,
      'kind="adapter",name="echo",era="modern",method="POST",status="none"': 1,
    });
    expect(await samples('refusals_total')).toEqual({});
  });

  it('count relocated sessions, by reason and outcome', async () => {
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([second.endpoint]));
    await callTool(gateway.url, session, 'who');
    const forgotten = await begin(gateway.url);
    await gateway.redis.del(await gateway.redis.keys(gateway.keyOf('*')));
    await gateway.publish(routeTo([first.endpoint]));
    await callTool(gateway.url, forgotten, 'who');
    expect(await samples('session_moves_total')).toEqual({
      'reason="gone",outcome="relocated"': 1,
      'reason="gone",outcome="SESSION_NOT_FOUND"': 1,
      'reason="unknown",outcome="relocated"': 0,
      'reason="draining",outcome="relocated"': 0,
    });
    expect(await samples('session_moves_waiting')).toEqual({ '': 0 });
  });

  it('do not count a session as lost that stays on a draining replica for lack of another', async () => {
    const session = await begin(gateway.url);
    await gateway.publish(routeTo([{ ...first.endpoint, ready: false, draining: true }]));
    for (let i = 0; i < 2; i++) expect((await callTool(gateway.url, session, 'who')).status).toBe(200);
    expect(await samples('session_moves_total')).toEqual({
      'reason="gone",outcome="relocated"': 0,
      'reason="unknown",outcome="relocated"': 0,
      'reason="draining",outcome="relocated"': 0,
      'reason="draining",outcome="stayed"': 2,
    });
  });

  it('show the routes, and the replicas by state', async () => {
    const draining = { ...second.endpoint, draining: true };
    await gateway.publish(routeTo([first.endpoint, draining]), routeTo([], { name: 'idle', resourceId: '2' }));
    expect(await samples('routes')).toEqual({ '': 2 });
    expect(await samples('redis_connected')).toEqual({ '': 1 });
    expect((await samples('routes_read_timestamp_seconds'))['']).toBeGreaterThan(1_700_000_000);
    expect(await samples('endpoints')).toMatchObject({
      'kind="adapter",name="echo",state="ready"': 1,
      'kind="adapter",name="echo",state="draining"': 1,
      'kind="adapter",name="idle",state="ready"': 0,
    });
  });

  it('drop an adapter that is gone', async () => {
    await gateway.publish(routeTo(first.endpoint), routeTo(second.endpoint, { name: 'other', resourceId: '2' }));
    const session = await begin(gateway.url);
    const stream = await openStream(gateway.url, session);
    await send(mcp('other'), { method: 'PUT' });
    await gateway.publish(routeTo(first.endpoint));
    expect(await metrics.text()).not.toContain('"other"');
    await send(mcp('other'), { body: '{}' });
    await gateway.publish();
    stream.destroy();
    await send(mcp('echo'), { body: '{}' });
    const text = await metrics.text();
    expect(text).not.toMatch(/"(echo|other)"/);
    expect(text).toContain('kind="adapter",name="none"');
  });
});
