import { expect, it } from '@jest/globals';
import { announceRouter, followRouters, routerKeys } from '@mcp-gateway/routing';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, freshPrefix, sharedRedis } from '../support/redis.js';
import { redisLine } from '../support/redis-line.js';
import { becomesTrue } from '../support/wait.js';

async function announce(prefix: string, id: string, redisUrl?: string) {
  const redis = await connectRedis(redisUrl);
  const router = announceRouter(redis, prefix, { id, url: `http://10.0.0.1:${8000 + id.length}` }, silent);
  afterTest(() => router.close());
  return router;
}

async function follow(prefix: string, redisUrl?: string, reloadEveryMs?: number) {
  const table = followRouters(await connectRedis(redisUrl), prefix, silent, reloadEveryMs);
  afterTest(() => table.close());
  return { table, ids: () => table.endpoints().map(({ id }) => id) };
}

it('a data plane learns of tool routers that run already, that start, that drain and that end', async () => {
  const prefix = freshPrefix();
  const first = await announce(prefix, 'one');
  const { table, ids } = await follow(prefix);
  let changes = 0;
  table.onChange(() => (changes += 1));
  await becomesTrue('the first', () => expect(ids()).toEqual(['one']));
  expect(table.endpoints()).toEqual([{ id: 'one', url: 'http://10.0.0.1:8003', path: '/mcp', ready: true }]);

  await announce(prefix, 'another');
  await becomesTrue('the second', () => expect(ids()).toEqual(['another', 'one']));
  await first.drain();
  await becomesTrue('the drain', () =>
    expect(table.endpoints()[1]).toMatchObject({ ready: false, serving: true, draining: true }),
  );
  await first.close();
  await becomesTrue('the end', () => expect(ids()).toEqual(['another']));
  expect(changes).toBeGreaterThanOrEqual(3);
});

it('a renewal is no change', async () => {
  const prefix = freshPrefix();
  await announce(prefix, 'one');
  const { table, ids } = await follow(prefix, undefined, 20);
  await becomesTrue('the router', () => expect(ids()).toEqual(['one']));
  const seen = table.endpoints();
  const redis = await connectRedis();
  const before = await redis.hGet(routerKeys(prefix).routers, 'one');
  await becomesTrue('a renewal', async () =>
    expect(await redis.hGet(routerKeys(prefix).routers, 'one')).not.toBe(before),
  );
  expect(table.endpoints()).toBe(seen);
});

it('a tool router that was killed is forgotten when its announcement expires', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const dead = JSON.stringify({ url: 'http://10.0.0.9:8000', draining: false });
  const { routers } = routerKeys(prefix);
  await redis.hSet(routers, { soon: `${Date.now() + 1_500} ${dead}`, late: `${Date.now() - 1} ${dead}` });
  const { ids } = await follow(prefix, undefined, 20);
  await becomesTrue('the one that may still run', () => expect(ids()).toEqual(['soon']));
  await becomesTrue('its end', () => expect(ids()).toEqual([]));
  await announce(prefix, 'one');
  await becomesTrue('their removal by the next router', async () =>
    expect(await redis.hKeys(routers)).toEqual(['one']),
  );
});

it('a data plane keeps its tool routers while Redis is away, and when Redis returns empty', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const { routers } = routerKeys(prefix);
  const url = JSON.stringify({ url: 'http://10.0.0.9:8000', draining: false });
  await redis.hSet(routers, 'one', `${Date.now() + 500} ${url}`);
  const line = await redisLine();
  const { ids } = await follow(prefix, line.url, 20);
  await becomesTrue('the router', () => expect(ids()).toEqual(['one']));
  line.cut();
  await redis.del(routers);
  await new Promise((resolve) => setTimeout(resolve, 700)); // the announcement would have expired
  expect(ids()).toEqual(['one']);
  line.restore();
  await announce(prefix, 'two');
  await becomesTrue('a new router', () => expect(ids()).toContain('two'));
  expect(ids()).toEqual(['one', 'two']);
});

it('a tool router that has ended does not come back by an answer that was under way', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const { routers } = routerKeys(prefix);
  const first = await announce(prefix, 'one');
  const { ids } = await follow(prefix);
  await becomesTrue('the router', () => expect(ids()).toEqual(['one']));
  const entry = await redis.hGet(routers, 'one');
  await first.close();
  await becomesTrue('its end', () => expect(ids()).toEqual([]));
  await redis.hSet(routers, 'one', String(entry)); // such an answer still has it
  await announce(prefix, 'two');
  await becomesTrue('the next', () => expect(ids()).toEqual(['two']));
});

it('a tool router announces itself again when Redis returns', async () => {
  const prefix = freshPrefix();
  const line = await redisLine();
  const router = await announce(prefix, 'one', line.url);
  const { ids } = await follow(prefix, (await sharedRedis()).url);
  await becomesTrue('the router', () => expect(ids()).toEqual(['one']));
  line.cut();
  await becomesTrue('the outage', () => expect(router.drain()).rejects.toThrow('offline'));
  const redis = await connectRedis();
  await redis.del(routerKeys(prefix).routers);
  line.restore();
  await becomesTrue('the announcement', async () =>
    expect(await redis.hKeys(routerKeys(prefix).routers)).toEqual(['one']),
  );
});

it('an announcement that cannot be read is left out', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const later = Date.now() + 60_000;
  await redis.hSet(routerKeys(prefix).routers, { a: `${later} {"url":"no"}`, b: `${later} {`, c: 'nothing' });
  await announce(prefix, 'one');
  const { ids } = await follow(prefix);
  await becomesTrue('the other', () => expect(ids()).toEqual(['one']));
});
