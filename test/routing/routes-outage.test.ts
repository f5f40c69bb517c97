import { describe, expect, it } from '@jest/globals';
import { adapterRef } from '@mcp-gateway/common/contracts';
import { followRoutes, routeKeys } from '@mcp-gateway/routing';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { latestRunPublisher } from '../support/publisher.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { redisLine } from '../support/redis-line.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { follow, followLoaded, readRoute, route } from './support/routes.js';

/** A Redis behind a connection that the test can cut, with two routes and a reader that has loaded them. */
async function setUp() {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const publisher = latestRunPublisher(redis, prefix);
  await publisher.publishAll([route('a'), route('b')]);
  const line = await redisLine();
  const routes = await followLoaded(prefix, line.url);
  return {
    prefix,
    redis,
    publisher,
    line,
    routes,
    /** Empties Redis, like a restart without persistence. */
    forget: () => redis.del([routeKeys(prefix).routes, routeKeys(prefix).complete]),
  };
}

it('is reloaded from time to time, in case a change message was lost', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  await latestRunPublisher(redis, prefix).publishAll([]);
  const routes = await follow(prefix, undefined, 20);
  await redis.hSet(routeKeys(prefix).routes, 'adapter/a', JSON.stringify(route('a')));
  await becomesTrue('the route', () => expect(routes.get(adapterRef('a'))).toEqual(readRoute('a')));
});

describe('a route table while Redis is unavailable', () => {
  it('keeps its routes, and reports that it cannot refresh', async () => {
    const { line, routes } = await setUp();
    line.cut();
    await waitFor('the outage to be noticed', () =>
      routes.refresh(adapterRef('a')).then(
        () => false,
        () => true,
      ),
    );
    expect(routes.get(adapterRef('a'))).toEqual(readRoute('a'));
    expect(routes.isLoaded()).toBe(true);
  });

  it('loads the changes that it missed when Redis is available again, and receives changes again', async () => {
    const { line, routes, publisher } = await setUp();
    line.cut();
    await publisher.publish(route('a', 2));
    await publisher.withdraw(adapterRef('b'));
    line.restore();
    await becomesTrue('the missed changes', () => {
      expect(routes.get(adapterRef('a'))?.generation).toBe(2);
      expect(routes.get(adapterRef('b'))).toBeUndefined();
    });
    // Not by another reload: only one of the two connections may work again so far.
    await publisher.publish(route('c'));
    await becomesTrue('a change', () => expect(routes.get(adapterRef('c'))).toBeDefined());
    await publisher.publish(route('c', 2));
    await becomesTrue('another change', () => expect(routes.get(adapterRef('c'))?.generation).toBe(2), 2_000);
  });

  it('keeps its routes when Redis returns empty, until the set is complete again', async () => {
    const { line, routes, publisher, forget } = await setUp();
    line.cut();
    await forget();
    await publisher.publish(route('a', 2)); // the worker has written only this one so far
    line.restore();
    await becomesTrue('the published route', () => expect(routes.get(adapterRef('a'))?.generation).toBe(2));
    expect(routes.get(adapterRef('b'))).toEqual(readRoute('b'));
    expect(routes.isLoaded()).toBe(true);

    await publisher.publishAll([route('a', 3)]);
    await becomesTrue('the complete set', () => expect(routes.get(adapterRef('a'))?.generation).toBe(3));
    expect(routes.get(adapterRef('b'))).toBeUndefined();
  });

  it('removes a route on a message of its removal while the set is not complete', async () => {
    const { routes, publisher, redis, prefix } = await setUp();
    await redis.del(routeKeys(prefix).complete);
    await publisher.withdraw(adapterRef('b'));
    await becomesTrue('the removal', () => expect(routes.get(adapterRef('b'))).toBeUndefined());
  });

  it('keeps a missing route on its own refresh while the set is not complete', async () => {
    const { routes, forget, publisher } = await setUp();
    await forget();
    await routes.refresh(adapterRef('b'));
    expect(routes.get(adapterRef('b'))).toEqual(readRoute('b'));
    await publisher.publishAll([route('a', 2)]);
    await becomesTrue('the complete set', () => expect(routes.get(adapterRef('a'))?.generation).toBe(2));
    await routes.refresh(adapterRef('b'));
    expect(routes.get(adapterRef('b'))).toBeUndefined();
  });

  it('of a reader that started meanwhile is not loaded until the set is complete', async () => {
    const { prefix, publisher, forget } = await setUp();
    await forget();
    const late = await follow(prefix);
    await publisher.publish(route('a'));
    await becomesTrue('a single route', () => expect(late.get(adapterRef('a'))).toBeDefined());
    expect(late.isLoaded()).toBe(false);
    await publisher.publishAll([route('a')]);
    await becomesTrue('the complete set', () => expect(late.isLoaded()).toBe(true));
  });

  it('loads when Redis was unavailable from the start', async () => {
    const { prefix, line, publisher } = await setUp();
    const redis = await connectRedis(line.url);
    line.cut();
    await waitFor('the outage', () => !redis.isReady);
    const routes = followRoutes(redis, prefix, silent);
    afterTest(() => routes.close());
    line.restore();
    await becomesTrue('the routes', () => expect(routes.get(adapterRef('b'))).toBeDefined());
    await publisher.publish(route('c'));
    await becomesTrue('a change', () => expect(routes.get(adapterRef('c'))).toBeDefined(), 5_000);
  });
});

it('leaves no listener, connection or timer when it is closed', async () => {
  const redis = await connectRedis();
  const observer = await connectRedis();
  const name = freshPrefix();
  const named = redis.duplicate({ name });
  Object.assign(redis, { duplicate: () => named });
  const connections = async () => (await observer.clientList()).filter((client) => client.name === name).length;
  const listeners = redis.listenerCount('ready');
  const table = followRoutes(redis, name, silent, 5);
  await becomesTrue('its connection', async () => expect(await connections()).toBe(1));
  await table.close();
  expect(redis.listenerCount('ready')).toBe(listeners);
  await becomesTrue('its connection to end', async () => expect(await connections()).toBe(0));
  const pause = () => new Promise((resolve) => void setTimeout(resolve, 50));
  await pause(); // lets a read that was under way end
  let changes = 0;
  table.onChange(() => (changes += 1));
  await pause();
  expect(changes).toBe(0);
});
