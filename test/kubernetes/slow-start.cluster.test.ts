import { beforeAll, describe, expect, it } from '@jest/globals';
import { scriptArchive } from '../cluster/images/script.mjs';
import { loadImage } from '../cluster/support/images.js';
import { freshNamespace } from '../cluster/support/namespace.js';
import { waitFor } from '../support/wait.js';
import { startClusterGateway, type ClusterGateway } from './support/gateway.js';

/** More seconds than the kubelet records events of a pod when there is one in each. */
const SLOW_SECONDS = 35;
const STEP_MS = 100_000;
const namespace = freshNamespace();
let gateway: ClusterGateway;

/** Listens late, and gives every request this answer. */
const slow = (status: number) => `import { createServer } from 'node:http';
const server = createServer((_req, res) => res.writeHead(${status}).end());
setTimeout(() => server.listen(Number(process.env.PORT), '0.0.0.0'), ${SLOW_SECONDS * 1_000});`;

beforeAll(async () => {
  for (const status of [404, 500]) await loadImage(await scriptArchive(`localhost/slow-${status}:1`, slow(status)));
  gateway = await startClusterGateway(namespace.name);
});

describe('a server that is slow to listen', () => {
  it('gets a TCP check when it has no health path, and an error when its health check fails', async () => {
    const { api } = gateway;
    for (const name of ['slow-404', 'slow-500']) await api.create({ name, imageName: name, imageVersion: '1' });
    const late = async () =>
      (await api.status('slow-404')).replicas[0]?.message?.startsWith('Nothing listened on PORT at');
    await waitFor('the status to report that nothing listens', late, STEP_MS);
    await waitFor('the TCP check to succeed', async () => (await api.status('slow-404')).phase === 'Ready', STEP_MS);
    const { conditions } = await api.status('slow-404');
    expect(conditions).toContainEqual(expect.objectContaining({ type: 'HealthCheck', reason: 'TcpOnly' }));
    const fails = async () => (await api.status('slow-500')).replicas[0]?.message === 'The health check answers 500.';
    await waitFor('the status to report the answer', fails, STEP_MS);
  });
});
