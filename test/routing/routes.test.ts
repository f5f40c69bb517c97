import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { routeKeys, routePublisher } from '@mcp-gateway/routing';
import { latestRunPublisher } from '../support/publisher.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { follow, followLoaded, readRoute, route } from './support/routes.js';

async function publisherOf(prefix: string) {
  return latestRunPublisher(await connectRedis(), prefix);
}

describe('a route table', () => {
  it('is empty and not loaded before the first write', async () => {
    const prefix = freshPrefix();
    const routes = await follow(prefix);
    await routes.refresh(adapterRef('echo'));
    expect(routes.get(adapterRef('echo'))).toBeUndefined();
    expect(routes.isLoaded()).toBe(false);
  });

  it('loads a complete set, also an empty one', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll([]);
    const empty = await followLoaded(prefix);
    expect([...empty.endpoints()]).toEqual([]);
    await publisher.publishAll([route('a'), route('b')]);
    const routes = await followLoaded(prefix);
    expect(routes.get(adapterRef('a'))).toEqual(readRoute('a'));
    expect([...routes.endpoints()].map(({ id }) => id).toSorted()).toEqual(['a-0.1', 'b-0.1']);
  });

  it('applies published and withdrawn routes, and notifies its listeners', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll([route('a')]);
    const routes = await followLoaded(prefix);
    const seen: (number | undefined)[] = [];
    routes.onChange(() => seen.push(routes.get(adapterRef('a'))?.generation));
    await publisher.publish(route('a', 2));
    await becomesTrue('a change', () => expect(routes.get(adapterRef('a'))?.generation).toBe(2));
    await publisher.withdraw(adapterRef('a'));
    await becomesTrue('a withdrawal', () => expect(routes.get(adapterRef('a'))).toBeUndefined());
    expect(seen).toEqual([2, undefined]);
  });

  it('has the addresses of replicas, including those that have just left', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll([{ ...route('a'), addresses: ['10.0.0.7'] }]);
    const routes = await followLoaded(prefix);
    expect([routes.resourceAt('10.0.0.7')?.name, routes.resourceAt('10.0.0.8')]).toEqual(['a', undefined]);
    await publisher.publish({ ...route('b'), addresses: ['10.0.0.8'] });
    await becomesTrue('the new one', () => expect(routes.resourceAt('10.0.0.8')?.name).toBe('b'));
    await publisher.withdraw(adapterRef('a'));
    await becomesTrue('a withdrawal', () => expect(routes.get(adapterRef('a'))).toBeUndefined());
    expect(routes.resourceAt('10.0.0.7')?.name).toBe('a');
  });

  it('has exactly the routes of a full set', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll([route('a'), route('b')]);
    const routes = await followLoaded(prefix);
    await publisher.publishAll([route('b', 2), route('c')]);
    await becomesTrue('the new set', () => expect(routes.get(adapterRef('c'))).toBeDefined());
    expect(routes.get(adapterRef('a'))).toBeUndefined();
    expect(routes.get(adapterRef('b'))?.generation).toBe(2);
  });

  it('reads one route on request, without a change message', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll([route('a')]);
    const routes = await followLoaded(prefix);
    const redis = await connectRedis();
    await redis.hSet(routeKeys(prefix).routes, 'adapter/a', JSON.stringify(route('a', 2)));
    expect(routes.get(adapterRef('a'))?.generation).toBe(1);
    await routes.refresh(adapterRef('a'));
    expect(routes.get(adapterRef('a'))?.generation).toBe(2);
    await redis.hDel(routeKeys(prefix).routes, 'adapter/a');
    await routes.refresh(adapterRef('a'));
    expect(routes.get(adapterRef('a'))).toBeUndefined();
  });

  it('separates two installations on one Redis', async () => {
    const [mine, other] = [freshPrefix(), freshPrefix()];
    await (await publisherOf(mine)).publishAll([route('a')]);
    await (await publisherOf(other)).publishAll([route('b')]);
    const routes = await followLoaded(mine);
    expect(routes.get(adapterRef('b'))).toBeUndefined();
  });

  it.each([
    ['of another shape', JSON.stringify({ name: 'bad' })],
    ['that is not JSON', '{"name":'],
  ])('ignores an entry %s', async (_what, entry) => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll([route('a'), route('b')]);
    await (await connectRedis()).hSet(routeKeys(prefix).routes, 'adapter/bad', entry);
    const routes = await followLoaded(prefix);
    expect(routes.get(adapterRef('a'))).toBeDefined();
    expect(routes.get(adapterRef('bad'))).toBeUndefined();
    await expect(routes.refresh(adapterRef('bad'))).resolves.toBeUndefined();
  });

  // Subscribe, then snapshot: a route that is written during a reader's start is either in the snapshot or in a message.
  it('loses nothing that is published during its start', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    await publisher.publishAll(Array.from({ length: 50 }, (_, index) => route(`a${index}`)));
    let generation = 1;
    let publishing = true;
    const writing = (async () => {
      while (publishing) {
        generation += 1;
        for (let index = 0; index < 50; index += 1) await publisher.publish(route(`a${index}`, generation));
      }
    })();
    const tables = [];
    for (let reader = 0; reader < 8; reader += 1) tables.push(await followLoaded(prefix));
    publishing = false;
    await writing;
    for (const table of tables) {
      await becomesTrue('every table to have the last generation', () => {
        for (let index = 0; index < 50; index += 1)
          expect(table.get(adapterRef(`a${index}`))?.generation).toBe(generation);
      });
    }
  });
});

describe('a publisher of routes', () => {
  it('writes and notifies nothing when the route is unchanged', async () => {
    const prefix = freshPrefix();
    const publisher = await publisherOf(prefix);
    const messages: string[] = [];
    const listener = await connectRedis();
    await listener.subscribe(`${prefix}:routes:changed`, (name) => void messages.push(name));
    await publisher.publish(route('a'));
    await publisher.publish(route('a'));
    await publisher.withdraw(adapterRef('a'));
    await publisher.withdraw(adapterRef('a'));
    await publisher.publishAll([]);
    await becomesTrue('all messages', () => expect(messages).toContain('*'));
    expect(messages).toEqual(['adapter/a', 'adapter/a', '*']);
  });

  it('is complete once a full set has been written, and not through single routes', async () => {
    const publisher = await publisherOf(freshPrefix());
    expect(await publisher.isComplete()).toBe(false);
    await publisher.publish(route('a'));
    expect(await publisher.isComplete()).toBe(false);
    await publisher.publishAll([]);
    expect(await publisher.isComplete()).toBe(true);
  });
});

describe('the version of a route', () => {
  const version = (createdAt: number, generation: number, run: number) => ({
    createdAt: new Date(createdAt),
    generation,
    run,
  });

  it.each([
    ['an earlier resource of the name', version(999, 99, 99)],
    ['a lower generation', version(1_000, 9, 99)], // as a text, 9 comes after 10
    ['an earlier run', version(1_000, 10, 9)],
  ])('is not replaced or withdrawn by that of %s', async (_what, older) => {
    const redis = await connectRedis();
    const publisher = routePublisher(redis, freshPrefix());
    await publisher.beginRun(); // its number is higher than those of these runs, so they overlap
    const standing = version(1_000, 10, 10);
    expect(await publisher.publish({ route: route('a', 3), version: standing })).toBe(true);
    expect(await publisher.publish({ route: route('a', 1), version: older })).toBe(false);
    expect(await publisher.withdraw(adapterRef('a'), older)).toBe(false);
    expect(await publisher.standing(adapterRef('a'))).toEqual(standing);
    expect(await publisher.withdraw(adapterRef('a'), standing)).toBe(true);
    expect(await publisher.publish({ route: route('a', 1), version: older })).toBe(false);
    expect(await publisher.standing(adapterRef('a'))).toBeNull();
  });

  it('is replaced and withdrawn by a run that began after it, whatever its version', async () => {
    const publisher = routePublisher(await connectRedis(), freshPrefix());
    await publisher.publish({ route: route('a', 3), version: version(2_000, 3, await publisher.beginRun()) });
    const restored = version(1_000, 1, await publisher.beginRun());
    expect(await publisher.publish({ route: route('a', 1), version: restored })).toBe(true);
    expect(await publisher.standing(adapterRef('a'))).toEqual(restored);
    const lower = version(500, 1, await publisher.beginRun());
    expect(await publisher.withdraw(adapterRef('a'), lower)).toBe(true);
    expect(await publisher.standing(adapterRef('a'))).toBeNull();
  });

  it('has runs whose numbers rise, also when Redis has lost its data', async () => {
    const redis = await connectRedis();
    const prefix = freshPrefix();
    const publisher = routePublisher(redis, prefix);
    const numbers = [];
    for (let i = 0; i < 5; i += 1) numbers.push(await publisher.beginRun());
    await redis.del(routeKeys(prefix).runs);
    await delay(10); // more than the runs above have counted ahead of the clock
    numbers.push(await publisher.beginRun());
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });

  it('is kept for a day after the route was withdrawn', async () => {
    const redis = await connectRedis();
    const prefix = freshPrefix();
    let now = 0;
    const publisher = routePublisher(redis, prefix, () => now);
    await publisher.withdraw(adapterRef('a'), version(1, 1, 1));
    now += 23 * 3_600_000;
    await publisher.withdraw(adapterRef('b'), version(1, 1, 2));
    expect(Object.keys(await redis.hGetAll(routeKeys(prefix).versions)).toSorted()).toEqual(['adapter/a', 'adapter/b']);
    now += 2 * 3_600_000;
    await publisher.withdraw(adapterRef('c'), version(1, 1, 3));
    expect(Object.keys(await redis.hGetAll(routeKeys(prefix).versions)).toSorted()).toEqual(['adapter/b', 'adapter/c']);
  });

  it.each(['publish', 'publishAll'] as const)('outlasts a day when %s writes the route again', async (how) => {
    const redis = await connectRedis();
    const prefix = freshPrefix();
    let now = 0;
    const publisher = routePublisher(redis, prefix, () => now);
    await publisher.withdraw(adapterRef('a'), version(1, 1, 1));
    const again = { route: route('a'), version: version(1, 1, 2) };
    await (how === 'publish' ? publisher.publish(again) : publisher.publishAll([again], 2));
    now += 25 * 3_600_000;
    await publisher.withdraw(adapterRef('b'), version(1, 1, 3));
    expect(await publisher.standing(adapterRef('a'))).toEqual(again.version);
  });

  it('goes with a route that a full set does not have', async () => {
    const redis = await connectRedis();
    const prefix = freshPrefix();
    const publisher = routePublisher(redis, prefix);
    await publisher.publish({ route: route('a'), version: version(1, 1, 1) });
    await publisher.publishAll([{ route: route('b'), version: version(1, 1, 2) }], 2);
    expect(Object.keys(await redis.hGetAll(routeKeys(prefix).versions))).toEqual(['adapter/b']);
  });
});
