import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { silent } from '../support/postgres.js';
import { latestRunPublisher } from '../support/publisher.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { followTimers } from '../support/timers.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { settingsOf } from './support/gateway.js';
import { composeDataPlane } from './support/sources.js';

const listenersOf = (redis: RedisClient) =>
  Object.fromEntries(redis.eventNames().map((event) => [String(event), redis.listenerCount(event)]));

it('a data plane leaves no listener or timer when it is closed', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  await latestRunPublisher(redis, prefix).publishAll([]);
  const before = listenersOf(redis);
  const timers = followTimers();
  const dataPlane = composeDataPlane(settingsOf(prefix), { redis, log: silent });
  await waitFor('the routes to be loaded', () => dataPlane.routes.isLoaded());
  await delay(50); // each subscription is active
  expect(timers.left()).toBeGreaterThan(3);
  await dataPlane.close();
  timers.stop();
  expect(listenersOf(redis)).toEqual(before);
  await becomesTrue('the timers to end', () => expect(timers.left()).toBe(0), 2_000);
});
