import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Logger } from '@mcp-gateway/platform/logging';
import { connected, redisClient } from '@mcp-gateway/platform/redis';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, sharedRedis } from '../support/redis.js';
import { redisLine } from '../support/redis-line.js';
import { waitFor } from '../support/wait.js';

/** A client on a connection that the test can cut, and its log. */
async function setUp() {
  const logged: string[] = [];
  const record = (level: string) => (first: unknown, second?: string) =>
    void logged.push(`${level} ${second ?? String(first)}`);
  const log = { warn: record('warn'), info: record('info'), error: record('error') } as unknown as Logger;
  const line = await redisLine();
  const client = redisClient({ REDIS_URL: line.url }, log);
  afterTest(() => client.isOpen && client.destroy());
  await client.connect();
  return { client, line, logged };
}

it('rejects commands at once while Redis is unavailable, and sends them when it is available again', async () => {
  const { client, line } = await setUp();
  expect(await client.ping()).toBe('PONG');
  line.cut();
  await waitFor('the outage', () => !client.isReady);
  const began = performance.now();
  await expect(client.ping()).rejects.toThrow('offline');
  expect(() => connected(client)).toThrow('offline');
  expect(performance.now() - began).toBeLessThan(500);
  line.restore();
  await waitFor('Redis to be back', () => client.isReady);
  expect(await client.ping()).toBe('PONG');
  expect(await connected(client).multi().ping().exec()).toEqual(['PONG']);
});

it('logs one line when Redis becomes unavailable and one when it is available again, whatever it tries in between', async () => {
  const { client, line, logged } = await setUp();
  let tries = 0;
  client.on('reconnecting', () => (tries += 1));
  for (const outage of [1, 2]) {
    tries = 0;
    line.cut();
    await waitFor('some tries', () => tries > 3);
    line.restore();
    await waitFor('Redis to be back', () => client.isReady);
    expect(logged).toHaveLength(outage * 2);
  }
  expect(logged.slice(0, 2)).toEqual([
    'warn Redis is unavailable; the client keeps reconnecting',
    'info Redis is available again',
  ]);
});

it('finds the nodes of a cluster with the user, the password and the host name of the first URL', () => {
  const urls = 'rediss://user:p%40ss@redis.example.com:6380,rediss://10.0.0.7:6380';
  const cluster = redisClient({ REDIS_URL: urls, REDIS_CLUSTER: 'on' }, silent);
  expect(cluster).toMatchObject({
    _options: {
      rootNodes: [{ url: urls.split(',')[0] }, { url: urls.split(',')[1] }],
      defaults: { username: 'user', password: 'p@ss', socket: { tls: true, servername: 'redis.example.com' } },
      topologyRefreshOnReconnectionAttemptStrategy: 500,
    },
  });
});

it('connects again with the user name and the password that its URL has by then', async () => {
  const [admin, server] = [await connectRedis(), await sharedRedis()];
  const user = `user-${randomUUID()}`;
  afterTest(() => admin.sendCommand(['ACL', 'DELUSER', user]));
  await admin.sendCommand(['ACL', 'SETUSER', user, 'on', '>first', '+@all', '~*', '&*']);
  const url = (password: string) => `redis://${user}:${password}@${new URL(server.url).host}`;
  let now = url('first');
  const client = redisClient({ REDIS_URL: now }, silent, () => now);
  afterTest(() => client.isOpen && client.destroy());
  await client.connect();
  const copy = client.duplicate();
  copy.on('error', () => {});
  afterTest(() => copy.isOpen && copy.destroy());
  await admin.sendCommand(['ACL', 'SETUSER', user, 'resetpass', '>p@ss']);
  now = url('p%40ss');
  const isBack = new Promise((resolve) => client.once('ready', resolve));
  await admin.sendCommand(['CLIENT', 'KILL', 'USER', user]);
  await isBack;
  expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(user);
  await copy.connect();
  expect(await copy.sendCommand(['ACL', 'WHOAMI'])).toBe(user);
});
