import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adapterRef, type ResourceRef } from '@mcp-gateway/common/contracts';
import { checkRedis, publishMessage, redisClient, subscription, type RedisClient } from '@mcp-gateway/platform/redis';
import { freePort } from '@mcp-gateway/platform/serving';
import { routeKeys } from '@mcp-gateway/routing';
import { queuePrefix, reconcileQueue } from '@mcp-gateway/routing/queue';
import { listSessions, sessionRecords } from '@mcp-gateway/sessions';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { latestRunPublisher } from '../support/publisher.js';
import { addressOf, connectRedis, freshPrefix, sharedRedis } from '../support/redis.js';
import { hasRedisServer, startRedisCluster, type TestCluster } from '../support/redis-cluster.js';
import { sessionRecord } from '../support/session-record.js';
import { followTimers } from '../support/timers.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { followLoaded, route } from '../routing/support/routes.js';
import { consume } from '../routing/support/sources.js';

const describeCluster = hasRedisServer ? describe : describe.skip;
if (!hasRedisServer) console.warn('The tests of Redis Cluster are skipped: there is no redis-server on PATH.');

let cluster: TestCluster;
beforeAll(async () => {
  if (hasRedisServer) cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster?.close());

const NOW = 1_780_000_000;
const BOUNDS = { max: 100, maxPerCaller: 100, idleSince: NOW - 600, keepSeconds: 3_600 };
const ref = (resourceId: string, id: string) => ({ id, kind: 'adapter', resourceId, caller: 'alice' }) as const;
const recordOf = (resourceId: string) => sessionRecord({ resourceId, openedAt: NOW });
const TO_B = { endpointId: 'b', upstreamId: 'in b', recentMoves: 1, recentSince: NOW };
const OWNERS = Array.from({ length: 12 }, (_, index) => `id-${index}`);

describeCluster('a Redis Cluster', () => {
  it('is refused without REDIS_CLUSTER=on, and a single server with it', async () => {
    const [node = ''] = cluster.url.split(',');
    await expect(checkRedis({ REDIS_URL: node })).rejects.toThrow('Set REDIS_CLUSTER=on');
    await expect(checkRedis(addressOf(cluster.url), { mustAnswer: true })).resolves.toBeUndefined();
    const single = { REDIS_URL: (await sharedRedis()).url, REDIS_CLUSTER: 'on' as const };
    await expect(checkRedis(single)).rejects.toThrow('cluster mode off');
  });

  it('is found with the credentials that REDIS_URL has when the client connects', async () => {
    const now = cluster.url;
    const redis = redisClient(addressOf(cluster.url.replaceAll(/:[^:@/]*@/g, ':old@')), silent, () => now);
    afterTest(() => redis.destroy());
    await redis.connect();
    await waitFor('all nodes', () => redis.isReady);
    expect(await redis.get('nothing')).toBeNull();
  });

  it('has routes that are published, followed and withdrawn', async () => {
    const prefix = freshPrefix();
    const publisher = latestRunPublisher(await connectRedis(cluster.url), prefix);
    await publisher.publishAll([route('a')]);
    const table = await followLoaded(prefix, cluster.url);
    await publisher.publish(route('b'));
    await becomesTrue('the route', () => expect(table.get(adapterRef('b'))).toBeDefined(), 5_000);
    await publisher.withdraw(adapterRef('a'));
    await becomesTrue('the withdrawal', () => expect(table.get(adapterRef('a'))).toBeUndefined(), 5_000);
    await table.refresh(adapterRef('b'));
  });

  it('has a queue whose jobs run', async () => {
    const { queue, runs, work } = await startQueue(freshPrefix());
    await queue.reconcile(adapterRef('before'));
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    await work();
    await becomesTrue('the waiting job', () => expect(runs).toEqual(['before']));
    await queue.reconcile(adapterRef('after'));
    await becomesTrue('the next job', () => expect(runs).toEqual(['before', 'after']), 3_000);
  });

  it('has records that are written, listed, used, moved and ended, on all nodes', async () => {
    const prefix = freshPrefix();
    const redis = await connectRedis(cluster.url);
    const records = sessionRecords(redis, prefix);
    for (const owner of OWNERS) {
      expect(await records.create(ref(owner, 's'), recordOf(owner), BOUNDS)).toBe('opened');
      expect(await records.move(ref(owner, 's'), adapterRef('echo'), 0, TO_B)).toBe(true);
      expect((await records.claim(ref(owner, 's'), 'me', 1_000))?.record).toMatchObject({ endpointId: 'b', moves: 1 });
    }
    expect(await cluster.mastersWithKeys()).toBe(3);
    await records.touch(OWNERS.map((owner) => ({ ...ref(owner, 's'), at: NOW + 50, keepSeconds: 3_600 })));
    for (const owner of OWNERS) {
      const { sessions } = await listSessions(redis, prefix, { kind: 'adapter', resourceId: owner, limit: 10 });
      expect(sessions).toMatchObject([{ id: 's', lastUsedAt: NOW + 50 }]);
      expect(await records.idle(ref(owner, 's'), NOW + 51, 10)).toEqual(['s']);
      await records.close(ref(owner, 's'), adapterRef('echo'), { now: NOW, keepSeconds: 60, tellServer: true });
      expect((await records.find(ref(owner, 's'))).record).toBe('closed');
    }
    const terminations = [];
    for (let next = await records.nextTermination(); next; next = await records.nextTermination())
      terminations.push(next);
    expect(terminations).toHaveLength(OWNERS.length);
  });

  it('gives a session whose termination was not queued to the next caller that closes it', async () => {
    const prefix = freshPrefix();
    const redis = await connectRedis(cluster.url);
    const records = sessionRecords(redis, prefix);
    await records.create(ref('x', 's'), recordOf('x'), BOUNDS);
    const broken = Object.assign(Object.create(redis) as RedisClient, {
      eval: (script: string, options: Parameters<RedisClient['eval']>[1]) =>
        script.includes('RPUSH') ? Promise.reject(new Error('the node is gone')) : redis.eval(script, options),
    });
    const how = { now: NOW, keepSeconds: 60, tellServer: true };
    const close = (of: RedisClient) => sessionRecords(of, prefix).close(ref('x', 's'), adapterRef('echo'), how);
    await expect(close(broken)).rejects.toThrow('the node is gone');
    expect(await records.nextTermination()).toBeNull();
    expect(await close(redis)).toBe(false);
    expect(await records.nextTermination()).toMatchObject({ endpointId: 'a' });
    expect(await close(redis)).toBe(false);
    expect(await records.nextTermination()).toBeNull();
  });

  it('counts the receivers of a counted channel, whichever nodes they are connected to', async () => {
    const channel = `${freshPrefix()}:calls`;
    const received: number[] = [];
    const listeners = await Promise.all([0, 1, 2].map(() => connectRedis(cluster.url)));
    for (const [index, redis] of listeners.entries()) {
      const subscribed = Promise.withResolvers<void>();
      const counted = { [channel]: () => void received.push(index) };
      const { close } = subscription(redis, {}, subscribed.resolve, { counted });
      afterTest(() => close());
      await subscribed.promise;
    }
    const [redis] = listeners as [RedisClient, ...RedisClient[]];
    expect(await publishMessage(redis, channel, 'hello')).toBe(3);
    await becomesTrue('all of them', () => expect(received.toSorted((a, b) => a - b)).toEqual([0, 1, 2]));
  });
});

describeCluster('a client of a Redis Cluster', () => {
  it('is ready only with all masters, and leaves no timer', async () => {
    const timers = followTimers();
    const redis = await connectRedis(cluster.url);
    const { masters } = (redis as unknown as { _slots: { masters: { client: RedisClient }[] } })._slots;
    expect([redis.isReady, masters.length]).toEqual([true, 3]);
    Object.defineProperty(masters[0]?.client, 'isReady', { value: false });
    redis.emit('node-disconnect');
    expect(redis.isReady).toBe(false);
    expect(timers.left()).toBeGreaterThan(0);
    redis.destroy();
    await new Promise(setImmediate); // the count follows
    expect(timers.left()).toBe(0);
  });

  it('looks again for slots that a discovery has missed while a replica took over', async () => {
    const redis = await connectRedis(cluster.url);
    const { _slots: slots } = redis as unknown as { _slots: { slots: unknown[] } };
    slots.slots = slots.slots.map(() => undefined);
    await waitFor('the slots', () => redis.set(freshPrefix(), 'x').then(() => true), 20_000);
  });

  it('leaves no listener of a subscription that is closed', async () => {
    const redis = await connectRedis(cluster.url);
    const before = redis.listenerCount('node-ready');
    const { promise, resolve } = Promise.withResolvers<void>();
    const { close } = subscription(redis, { [freshPrefix()]: () => {} }, resolve);
    await promise;
    expect(redis.listenerCount('node-ready')).toBe(before + 1);
    close();
    expect(redis.listenerCount('node-ready')).toBe(before);
  });

  it('tries to connect until it is destroyed', async () => {
    const redis = redisClient({ REDIS_URL: `redis://127.0.0.1:${await freePort()}`, REDIS_CLUSTER: 'on' }, silent);
    const connecting = redis.connect().then(() => 'over');
    expect(await Promise.race([connecting, delay(1_500, 'under way')])).toBe('under way');
    redis.destroy();
    expect(await connecting).toBe('over');
  });
});

async function startQueue(prefix: string) {
  const redis = await connectRedis(cluster.url);
  const queue = reconcileQueue(redis, prefix);
  afterTest(() => queue.close());
  const runs: string[] = [];
  const reconcile = async ({ name }: ResourceRef) => void runs.push(name);
  return {
    queue,
    runs,
    async work() {
      const stop = consume({ redis: await connectRedis(cluster.url), prefix, reconcile, log: silent });
      afterTest(() => stop());
    },
  };
}

describeCluster('a Redis Cluster of which a master fails', () => {
  it.each(['routes', 'queue'] as const)(
    'keeps routes, jobs and sessions working when the master held the %s',
    async (of) => {
      const prefix = freshPrefix();
      const publishing = await connectRedis(cluster.url);
      const publisher = latestRunPublisher(publishing, prefix);
      await publisher.publishAll([route('a')]);
      const table = await followLoaded(prefix, cluster.url);
      const { queue, runs, work } = await startQueue(prefix);
      await work();
      const records = sessionRecords(publishing, prefix);
      for (const owner of OWNERS) await records.create(ref(owner, 's'), recordOf(owner), BOUNDS);
      await queue.reconcile(adapterRef('before'));
      await becomesTrue('a job before', () => expect(runs).toEqual(['before']));

      const failed = await cluster.failMasterOf(
        of === 'routes' ? routeKeys(prefix).routes : `${queuePrefix(prefix)}:x`,
      );

      await waitFor('a route to be published', () => publisher.publish(route('b')).then(() => true), 20_000);
      await becomesTrue('the routes', () => expect(table.get(adapterRef('b'))).toBeDefined(), 20_000);
      expect(table.get(adapterRef('a'))).toBeDefined();
      await waitFor('a job to be queued', () => queue.reconcile(adapterRef('after')).then(() => true), 20_000);
      await becomesTrue('the job', () => expect(runs).toContain('after'), 30_000);
      for (const owner of OWNERS) {
        const find = async () => (await records.find(ref(owner, 's'))).record;
        expect(await waitFor('the record', find, 20_000)).toMatchObject({ resourceId: owner });
        const move = () => records.move(ref(owner, 's'), adapterRef('echo'), 0, TO_B);
        await waitFor('the move', move, 20_000); // a connection to a failed node may break late
      }

      await failed.restart(); // it then replicates its successor
      await waitFor('a route to be published', () => publisher.publish(route('c')).then(() => true), 20_000);
      await becomesTrue('a change', () => expect(table.get(adapterRef('c'))).toBeDefined(), 10_000);
      await waitFor('a job to be queued', () => queue.reconcile(adapterRef('last')).then(() => true), 20_000);
      await becomesTrue('a job', () => expect(runs).toContain('last'), 10_000);
    },
    120_000,
  );
});
