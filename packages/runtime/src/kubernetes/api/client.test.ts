import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { afterTest } from '../../../../../test/support/clean-up.js';
import { kubeconfigOf } from '../../../test/kubeconfig.js';
import { eventually } from '../../../test/wait.js';
import { ApiError } from './errors.js';
import { connectApi, type ApiCallListener, rateLimit } from './client.js';

const OUTAGE = { code: 'UNAVAILABLE', detail: 'the Kubernetes API does not answer' };
const X = { method: 'GET', path: '/x' } as const;
const BUSY: RequestListener = (_req, res) => res.writeHead(429, { 'retry-after': '0' }).end('{}');

/** An API server that answers its requests like this, in turn, and then always like the last. */
async function clusterThat(
  answers: RequestListener | RequestListener[],
  { requestsPerSecond = 50, onAnswer }: { requestsPerSecond?: number; onAnswer?: ApiCallListener } = {},
) {
  const requests: IncomingMessage[] = [];
  const turns = [answers].flat();
  const server = createServer((req, res) => {
    requests.push(req);
    const answer = turns.length > 1 ? turns.shift() : turns[0];
    answer?.(req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const kubeconfig = await kubeconfigOf(port, { path: '/clusters/a/', user: { token: 'secret' } });
  const cluster = await connectApi({ kubeconfig, apiServer: undefined }, requestsPerSecond, onAnswer);
  afterTest(async () => {
    await cluster.close();
    server.closeAllConnections();
    server.close();
  });
  return { cluster, requests };
}
const clusterThatAnswers = (status: number, body: object | string, onAnswer?: ApiCallListener) =>
  clusterThat(
    (_req, res) => res.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body)),
    onAnswer && { onAnswer },
  );

describe('an answer of the API server', () => {
  it.each([
    [403, 'Forbidden', 'forbidden'],
    [409, 'Conflict', 'conflict'],
    [422, 'Invalid', 'spec.x: Invalid value'],
    [500, '', 'failed to create typed patch object (a/b; apps/v1, Kind=StatefulSet): duplicate entries for key'],
    [500, 'InternalError', 'Internal error occurred: failed calling webhook "x": connection refused'],
  ])('with %i %s, %s, is a rejection with the message of the server', async (status, reason, message) => {
    const { cluster } = await clusterThatAnswers(status, { kind: 'Status', code: status, reason, message });
    for (const error of [
      await cluster.call({ ...X, method: 'PATCH', body: {} }).catch((thrown: unknown) => thrown),
      await cluster.stream(X, 1_000).catch((thrown: unknown) => thrown),
    ]) {
      expect(error).toMatchObject({ status, reason, message });
      expect(error).toBeInstanceOf(ApiError);
    }
  });

  it.each([
    [429, 'too many requests'],
    [500, 'etcdserver: request timed out'],
    [503, 'apiserver is shutting down'],
  ])('with %i, %s, is an outage', async (status, message) => {
    const { cluster } = await clusterThatAnswers(status, { kind: 'Status', code: status, message });
    await expect(cluster.call({ ...X, method: 'PATCH', body: {} })).rejects.toMatchObject(OUTAGE);
    await expect(cluster.stream(X, 1_000)).rejects.toMatchObject(OUTAGE);
  });

  it.each<[what: string, status: number, body: string, message: string]>([
    ['empty', 404, '', 'the Kubernetes API answered 404'],
    ['an object', 404, '{}', 'the Kubernetes API answered 404'],
    ['a page', 403, '<p>no</p>', '<p>no</p>'],
    ['a long page', 403, 'x'.repeat(5_000), 'x'.repeat(1_000)],
  ])('that is %s instead of a Status is still a rejection', async (_what, status, body, message) => {
    const { cluster } = await clusterThatAnswers(status, body);
    await expect(cluster.call(X)).rejects.toMatchObject({ name: 'ApiError', status, reason: '', message });
  });

  it('that rejects with an endless body is not read to its end', async () => {
    const { cluster } = await clusterThat((_req, res) => {
      const write = () => void (res.closed || res.write('x'.repeat(65_536), () => setImmediate(write)));
      res.writeHead(403);
      write();
    });
    await expect(cluster.call(X)).rejects.toMatchObject({ status: 403 });
  });

  it.each<[what: string, status: number, body: string, expected: object]>([
    ['is not understood is an outage', 200, '{"half', OUTAGE],
    [
      'does not know us says so',
      401,
      '{}',
      { code: 'UNAVAILABLE', detail: 'the Kubernetes API rejects the credentials of the gateway' },
    ],
  ])('that %s', async (_what, status, body, expected) => {
    const { cluster } = await clusterThatAnswers(status, body);
    await expect(cluster.call(X)).rejects.toMatchObject(expected);
  });
});

describe('an API server that is busy', () => {
  it('gets the request once more when it names a short time to retry after', async () => {
    const { cluster, requests } = await clusterThat([BUSY, (_req, res) => res.end('{"a":1}')]);
    expect(await cluster.call(X)).toEqual({ a: 1 });
    expect(requests).toHaveLength(2);
  });

  it.each<[what: string, answer: RequestListener, times: number]>([
    ['not a third time', BUSY, 2],
    ['not when the time is longer', (_req, res) => res.writeHead(429, { 'retry-after': '6' }).end('{}'), 1],
    ['not when it names no time', (_req, res) => res.writeHead(429).end('{}'), 1],
    ['not when the status is another one', (_req, res) => res.writeHead(503, { 'retry-after': '0' }).end('{}'), 1],
  ])('gets the request once more, but %s', async (_what, answer, times) => {
    const { cluster, requests } = await clusterThat(answer);
    await expect(cluster.call(X)).rejects.toMatchObject(OUTAGE);
    expect(requests).toHaveLength(times);
  });
});

describe('a request to the API server', () => {
  it('carries credentials, a content type, and JSON that is valid YAML', async () => {
    const bodies: string[] = [];
    const { cluster, requests } = await clusterThat((req, res) => {
      void text(req).then((body) => {
        bodies.push(body);
        res.end('{}');
      });
    });
    await cluster.call({ method: 'PATCH', path: '/x', query: { force: 'true' }, body: { a: 'ä\u007f\u0085\ufeff' } });
    await cluster.call({ method: 'DELETE', path: '/x', body: { b: 1 } });
    await cluster.call(X);
    expect(bodies).toEqual([String.raw`{"a":"ä\u007f\u0085\ufeff"}`, '{"b":1}', '']);
    expect(
      requests.map(({ method, url, headers: { authorization, accept, 'content-type': type } }) => ({
        request: `${method} ${url}`,
        headers: [authorization, accept, type],
      })),
    ).toEqual([
      {
        request: 'PATCH /clusters/a/x?force=true',
        headers: ['Bearer secret', 'application/json', 'application/apply-patch+yaml'],
      },
      { request: 'DELETE /clusters/a/x', headers: ['Bearer secret', 'application/json', 'application/json'] },
      { request: 'GET /clusters/a/x', headers: ['Bearer secret', 'application/json', undefined] },
    ]);
  });

  it('ends when it is aborted, even while it waits for its turn', async () => {
    const { cluster, requests } = await clusterThat(() => {}, { requestsPerSecond: 1 });
    const stop = new AbortController();
    const calls = [1, 2, 3].map(() => cluster.call({ ...X, signal: stop.signal }).catch((error: unknown) => error));
    await eventually(() => expect(requests).toHaveLength(2));
    stop.abort();
    for (const call of calls) expect(await call).toMatchObject(OUTAGE);
    expect(requests).toHaveLength(2);
  });

  it('is refused at once when it would wait too long', async () => {
    const { cluster } = await clusterThat(() => {}, { requestsPerSecond: 1 });
    const stop = new AbortController();
    const calls = Array.from({ length: 32 }, () => cluster.call({ ...X, signal: stop.signal }).catch(() => 'aborted'));
    await expect(cluster.call(X)).rejects.toMatchObject(OUTAGE);
    stop.abort();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'aborted'));
  });

  it('is not sent once the client is closed', async () => {
    const { cluster } = await clusterThatAnswers(200, {});
    expect(await cluster.call(X)).toEqual({});
    await cluster.close();
    await expect(cluster.call(X)).rejects.toMatchObject(OUTAGE);
  });

  it('ends when the client closes, even while it waits for its turn or for a busy server', async () => {
    const { cluster, requests } = await clusterThat(
      [(_req, res) => res.writeHead(429, { 'retry-after': '5' }).end('{}'), () => {}],
      {
        requestsPerSecond: 1,
      },
    );
    const calls = [1, 2, 3].map(() => cluster.call(X).catch((error: unknown) => error));
    await eventually(() => expect(requests).toHaveLength(2));
    const began = performance.now();
    await cluster.close();
    for (const call of calls) expect(await call).toMatchObject(OUTAGE);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(requests).toHaveLength(2);
  });

  it('reports each answer, and each request without an answer', async () => {
    const heard: unknown[] = [];
    const listener: ApiCallListener = (verb, status) => void heard.push([verb, status]);
    const { cluster } = await clusterThatAnswers(200, {}, listener);
    await cluster.call({ method: 'GET', path: '/x' });
    await cluster.call({ method: 'PATCH', path: '/x', body: {} });
    await cluster.call({ method: 'DELETE', path: '/x' });
    await (await cluster.stream({ method: 'GET', path: '/x', query: { watch: 'true' } }, 1_000)).dump();
    const { cluster: refusing } = await clusterThatAnswers(409, {}, listener);
    await expect(refusing.call({ method: 'PATCH', path: '/x', body: {} })).rejects.toThrow(ApiError);
    const gone = await connectApi(
      { kubeconfig: await kubeconfigOf(await freePort()), apiServer: undefined },
      50,
      listener,
    );
    await expect(gone.call({ method: 'GET', path: '/x' })).rejects.toMatchObject(OUTAGE);
    await gone.close();
    expect(heard).toEqual([
      ['get', 200],
      ['patch', 200],
      ['delete', 200],
      ['watch', 200],
      ['patch', 409],
      ['get', undefined],
    ]);
  });

  it('is not sent more often than the limit allows', async () => {
    const { cluster } = await clusterThatAnswers(200, {});
    const started = performance.now();
    await Promise.all(Array.from({ length: 110 }, () => cluster.call(X)));
    // 100 at once, 10 more at 50 a second.
    expect(performance.now() - started).toBeGreaterThanOrEqual(190);
  });
});

const never = new AbortController().signal;

describe('the rate limit', () => {
  it('admits a burst of twice the rate, and then the rest in order', async () => {
    const turn = rateLimit(50, 30_000, never);
    const started = performance.now();
    await Promise.all(Array.from({ length: 110 }, () => turn(never)));
    // 100 at once, 10 more at 50 a second.
    expect(performance.now() - started).toBeGreaterThanOrEqual(190);
  });

  it('refuses at once a call that would wait too long, and later calls do not wait for it', async () => {
    let now = 0;
    const turn = rateLimit(1_000, 2, never, () => now);
    await Promise.all([turn(), turn()]);
    await expect(turn()).rejects.toThrow('too many requests wait');
    now = 1;
    await turn();
  });

  it('ends the wait of a call that is aborted', async () => {
    const turn = rateLimit(1, 30_000, never);
    await Promise.all([turn(never), turn(never)]);
    const stop = new AbortController();
    const waiting = turn(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow('aborted');
  });

  it('ends every wait when the client closes', async () => {
    const closing = new AbortController();
    const turn = rateLimit(1, 30_000, closing.signal);
    await Promise.all([turn(), turn(never)]);
    const waiting = Promise.allSettled([turn(), turn(never)]);
    closing.abort();
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
