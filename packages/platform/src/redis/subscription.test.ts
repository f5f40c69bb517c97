import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createLogger } from '../logging.js';
import { type RedisClient, redisClient } from './client.js';
import { subscription } from './subscription.js';

it('a subscription that is closed while it connects does not connect again when the server goes', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {}))); // never answers
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = redisClient({ REDIS_URL: `redis://127.0.0.1:${port}` }, createLogger('test', 'silent'));
  const redis = { isReady: true, duplicate: () => client.duplicate() } as unknown as RedisClient;
  const { close } = subscription(redis, { news: () => {} }, () => {});
  while (sockets.length === 0) await delay(5);
  close();
  for (const socket of sockets) socket.destroy();
  await delay(500); // the pauses between the first attempts are shorter
  expect(sockets).toHaveLength(1);
  server.close();
});
