import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/common/serving';
import { afterTest } from '../../../../../test/support/clean-up.js';
import { kubeconfigOf } from '../../../test/kubeconfig.js';
import { ApiError } from './api-error.js';
import { connectCluster, type ApiListener } from './cluster.js';

/** An API server that answers everything like this. */
async function clusterThatAnswers(status: number, body: object, requestsPerSecond = 50, onAnswer?: ApiListener) {
  const server = createServer((_req, res) => res.writeHead(status).end(JSON.stringify(body))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = await kubeconfigOf((server.address() as AddressInfo).port);
  const cluster = await connectCluster({ kubeconfig, apiServer: undefined }, requestsPerSecond, onAnswer);
  afterTest(async () => {
    await cluster.close();
    server.close();
  });
  return cluster;
}
const OUTAGE = { code: 'UNAVAILABLE', detail: 'the Kubernetes API does not answer' };

describe('an answer of the API server', () => {
  it.each([
    [403, 'forbidden'],
    [409, 'conflict'],
    [422, 'spec.x: Invalid value'],
    [500, 'failed to create typed patch object (a/b; apps/v1, Kind=StatefulSet): duplicate entries for key [name="A"]'],
    [500, 'Internal error occurred: failed calling webhook "x": connection refused'],
  ])('with %i, %s, is a refusal in its own words', async (status, message) => {
    const cluster = await clusterThatAnswers(status, { kind: 'Status', code: status, message });
    await expect(cluster.call({ method: 'PATCH', path: '/x', body: {} })).rejects.toThrow(
      new ApiError(status, '', message),
    );
  });

  it.each([
    [429, 'too many requests'],
    [500, 'etcdserver: request timed out'],
    [503, 'apiserver is shutting down'],
  ])('with %i, %s, is an outage', async (status, message) => {
    const cluster = await clusterThatAnswers(status, { kind: 'Status', code: status, message });
    await expect(cluster.call({ method: 'PATCH', path: '/x', body: {} })).rejects.toMatchObject(OUTAGE);
  });
});

it('tells of each answer, and of each request that gets none', async () => {
  const heard: unknown[] = [];
  const listener: ApiListener = (verb, status) => void heard.push([verb, status]);
  const cluster = await clusterThatAnswers(200, {}, 50, listener);
  await cluster.call({ method: 'GET', path: '/x' });
  await cluster.call({ method: 'PATCH', path: '/x', body: {} });
  await cluster.call({ method: 'DELETE', path: '/x' });
  await (await cluster.stream({ method: 'GET', path: '/x', query: { watch: 'true' } }, 1_000)).dump();
  const refusing = await clusterThatAnswers(409, {}, 50, listener);
  await expect(refusing.call({ method: 'PATCH', path: '/x', body: {} })).rejects.toThrow(ApiError);
  const gone = await connectCluster(
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

it('is asked no more often than allowed', async () => {
  const cluster = await clusterThatAnswers(200, {}, 50);
  const started = performance.now();
  await Promise.all(Array.from({ length: 110 }, () => cluster.call({ method: 'GET', path: '/x' })));
  // 100 at once, 10 more at 50 a second.
  expect(performance.now() - started).toBeGreaterThanOrEqual(190);
});
