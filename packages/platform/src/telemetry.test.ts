import { once } from 'node:events';
import { get, type IncomingMessage, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from './config/index.js';
import { createLogger } from './logging.js';
import { freePort, listen } from './serving/index.js';
import { methodLabel, metricsServer, serveMetrics, statusClass } from './telemetry.js';

const log = createLogger('test', 'silent');
const steps: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of steps.splice(0).toReversed()) await step();
});

async function urlOf(text: () => Promise<string>, host = '127.0.0.1'): Promise<string> {
  const server: Server = metricsServer({ text, contentType: 'text/plain; version=0.0.4' }, { host, log });
  steps.push(() => server.close());
  steps.push(() => server.closeAllConnections());
  return `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}`;
}

describe('the port of metrics', () => {
  it.each([
    ['GET', '/metrics', 200, 'a 1\n', null],
    ['GET', '/metrics?collect=all', 200, 'a 1\n', null],
    ['HEAD', '/metrics', 200, '', null],
    ['POST', '/metrics', 405, 'use GET\n', 'GET, HEAD'],
    ['GET', '/', 404, 'try /metrics\n', null],
    ['GET', '/metrics/', 404, 'try /metrics\n', null],
    ['DELETE', '/adapters', 404, 'try /metrics\n', null],
  ])('answers %s %s with %i', async (method, path, status, body, allow) => {
    const answer = await fetch((await urlOf(async () => 'a 1\n')) + path, { method });
    expect([answer.status, await answer.text(), answer.headers.get('allow')]).toEqual([status, body, allow]);
    const type = status === 200 ? 'text/plain; version=0.0.4' : 'text/plain; charset=utf-8';
    expect(answer.headers.get('content-type')).toBe(type);
  });

  it.each([
    ['127.0.0.1', 'localhost:9464', 200],
    ['127.0.0.1', 'rebound.example', 403],
    ['0.0.0.0', '10.0.0.7:9464', 200],
  ])('on %s, called as %s, answers %i', async (listens, host, status) => {
    const req = get(`${await urlOf(async () => 'a 1\n', listens)}/metrics`, { headers: { host } });
    const [answer] = (await once(req, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(status);
  });

  it('collects once for all requests meanwhile, and again for a later request', async () => {
    let collected = 0;
    let finish = () => {};
    const both = Promise.withResolvers<void>();
    let requests = 0;
    const server = metricsServer(
      {
        contentType: 'text/plain',
        async text() {
          await new Promise<void>((resolve) => (finish = resolve));
          return `a ${++collected}\n`;
        },
      },
      { host: '127.0.0.1', log },
    );
    server.on('request', () => (requests += 1) === 2 && both.resolve());
    steps.push(() => server.close());
    steps.push(() => server.closeAllConnections());
    const url = `http://127.0.0.1:${await listen(server, { host: '127.0.0.1', port: 0 })}/metrics`;
    const answers = [fetch(url), fetch(url)];
    await both.promise;
    finish();
    expect(await Promise.all(answers.map(async (answer) => (await answer).text()))).toEqual(['a 1\n', 'a 1\n']);
    const later = new Promise((resolve) => server.once('request', resolve));
    const third = fetch(url);
    await later;
    finish();
    expect(await (await third).text()).toBe('a 2\n');
  });

  it('says that collecting failed, but not why', async () => {
    const url = await urlOf(async () => {
      throw new Error('postgresql://user:secret@host');
    });
    const answer = await fetch(`${url}/metrics`);
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('secret')]);
  });
});

describe('a service', () => {
  const host = { MCP_GATEWAY_METRICS_HOST: '127.0.0.1' };
  const open = (port: number | undefined) =>
    serveMetrics({ ...host, MCP_GATEWAY_METRICS_PORT: port }, { log, defer: (step) => void steps.push(step) });

  it('has no metrics unless a port is set', async () => {
    expect(await open(undefined)).toBeUndefined();
    expect(steps).toEqual([]);
  });

  it('serves its metrics until it ends', async () => {
    const port = await freePort();
    const metrics = await open(port);
    metrics?.counter({ name: 'our_total', help: 'x', labels: [] }).inc();
    const url = `http://127.0.0.1:${port}/metrics`;
    expect(await (await fetch(url)).text()).toContain('\nour_total 1\n');
    await steps.pop()?.();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it('does not start when the port is taken, and says which setting to change', async () => {
    const port = await freePort();
    await open(port);
    await expect(open(port)).rejects.toThrow(
      new ConfigError(
        `Port ${port} on 127.0.0.1 is taken. Set MCP_GATEWAY_METRICS_PORT to another one, such as MCP_GATEWAY_METRICS_PORT=${port + 1}.`,
      ),
    );
  });
});

it.each([
  [200, '2xx'],
  [299, '2xx'],
  [101, '1xx'],
  [304, '3xx'],
  [404, '4xx'],
  [503, '5xx'],
  [600, 'none'],
  [undefined, 'none'],
])('the status %s counts as %s', (status, label) => {
  expect(statusClass(status)).toBe(label);
});

it.each([
  ['GET', 'GET'],
  ['DELETE', 'DELETE'],
  ['PROPFIND', 'other'],
  ['get', 'other'],
  [undefined, 'other'],
])('the method %s counts as %s', (method, label) => {
  expect(methodLabel(method)).toBe(label);
});
