import { afterAll } from '@jest/globals';
import { redisClient, type RedisAddress, type RedisClient } from '@mcp-gateway/platform/redis';
import { startRedis, type Redis } from '@mcp-gateway/local/redis';
import { afterTest } from './clean-up.js';
import { silent, temporaryFolder } from './postgres.js';
import { family } from './processes.js';

let shared: Promise<Redis> | undefined;
afterAll(async () => {
  await (await shared)?.kill();
});

/** The one server that the tests of a file share; the first test that uses it starts it. */
export async function sharedRedis(): Promise<Redis> {
  shared ??= temporaryFolder().then((dataDir) => startRedis({ dataDir, path: process.env['PATH'] ?? '', log: silent }));
  return shared;
}

let prefixes = 0;

/** Separates tests on one Redis. */
export const freshPrefix = (): string => `test-${++prefixes}`;

/** Tests name a cluster by the URLs of several nodes. */
export const isClusterUrl = (url = ''): boolean => url.includes(',');

export const addressOf = (url: string): RedisAddress => ({
  REDIS_URL: url,
  REDIS_CLUSTER: isClusterUrl(url) ? 'on' : 'off',
});

/** A connected client as the services configure it; it closes with the test. */
export async function connectRedis(url?: string): Promise<RedisClient> {
  const redis = redisClient(addressOf(url ?? (await sharedRedis()).url), silent);
  afterTest(() => redis.isOpen && redis.destroy());
  await redis.connect();
  return redis;
}

/** Stops the server of the file, like a machine without memory; it continues after the test at the latest. */
export async function freezeRedis(): Promise<void> {
  const { port } = new URL((await sharedRedis()).url);
  const server = new RegExp(`^\\S*(redis|valkey)-server \\S+:${port}$|^\\S+ .*wasm-server\\.ts ${port} `);
  const found = family(process.pid).filter(({ command }) => server.test(command));
  if (found.length === 0) throw new Error(`no process of the Redis on port ${port}`);
  for (const { pid } of found) {
    process.kill(pid, 'SIGSTOP');
    afterTest(() => process.kill(pid, 'SIGCONT'));
  }
}
