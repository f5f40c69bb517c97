import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { healthServer } from './health.js';

const servers: ReturnType<typeof healthServer>[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

async function get(path: string, obstacle: () => Promise<string | null>) {
  const server = healthServer(obstacle).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

describe('the health of the worker', () => {
  it.each([
    ['/livez', async () => 'Redis is not reached', [200, 'ok']],
    ['/readyz', async () => null, [200, 'ok']],
    ['/readyz', async () => 'Redis is not reached', [503, 'Redis is not reached']],
    ['/readyz', () => Promise.reject(new Error('with a secret')), [503, 'the check failed']],
    ['/metrics', async () => null, [404, 'try /livez or /readyz']],
  ])('%s', async (path, obstacle, answer) => {
    expect(await get(path, obstacle)).toEqual(answer);
  });
});
