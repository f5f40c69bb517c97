import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { waitFor } from '../support/wait.js';
import { kinds, Servers } from './kinds.js';

type Client = ReturnType<typeof createClient>;

/** The commands that queue, routes and sessions use. */
describe.each(kinds)('commands on the embedded Redis ($name)', ({ path }) => {
  let servers: Servers;
  let client: Client;
  let other: Client;

  beforeAll(async () => {
    servers = await Servers.create();
    const { url } = await servers.start({ path });
    client = createClient({ url });
    other = createClient({ url });
    await Promise.all([client.connect(), other.connect()]);
  });

  afterAll(async () => {
    client.destroy();
    other.destroy();
    await servers.end();
  });

  it('keeps hashes and deletes expired keys', async () => {
    await client.hSet('routes', { echo: 'one', files: 'two' });
    expect({ ...(await client.hGetAll('routes')) }).toEqual({ echo: 'one', files: 'two' });
    await client.set('kept', 'record', { expiration: { type: 'EX', value: 60 } });
    await client.set('session', 'record', { expiration: { type: 'PX', value: 60 } });
    await waitFor('the key to expire', async () => (await client.get('session')) === null);
    expect(await client.get('kept')).toBe('record');
  });

  it('has the right time', async () => {
    const [seconds] = (await client.sendCommand(['TIME'])) as unknown as [string, string];
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(5);
  });

  it('delivers published messages in order', async () => {
    const received: string[] = [];
    const subscriber = client.duplicate();
    await subscriber.connect();
    const all = new Promise<void>((resolve) => {
      void subscriber.subscribe('changes', (name) => {
        received.push(name);
        if (received.length === 100) resolve();
      });
    });
    while (((await client.pubSubNumSub(['changes']))['changes'] ?? 0) === 0);
    const names = Array.from({ length: 100 }, (_, number) => `adapter-${number}`);
    await Promise.all(names.map((name) => client.publish('changes', name)));
    await all;
    expect(received).toEqual(names);
    subscriber.destroy();
  });

  it('runs MULTI atomically', async () => {
    await expect(client.multi().set('count', '1').incr('count').incrBy('count', 5).exec()).resolves.toEqual([
      'OK',
      2,
      7,
    ]);
  });

  it('refuses a transaction when a watched key has changed', async () => {
    const watcher = client.duplicate();
    await watcher.connect();
    await watcher.watch('watched');
    await other.set('watched', 'changed');
    await expect(watcher.multi().set('watched', 'mine').exec()).rejects.toThrow('watched keys has been changed');
    watcher.destroy();
  });

  it('wakes a blocking pop when an element arrives, and ends it at its timeout', async () => {
    const blocked = client.duplicate();
    await blocked.connect();
    const popped = blocked.blPop('waiting', 5);
    await other.rPush('waiting', 'job');
    expect(await popped).toMatchObject({ key: 'waiting', element: 'job' });

    const began = Date.now();
    expect(await blocked.bzPopMin('empty', 0.2)).toBeNull();
    expect(Date.now() - began).toBeGreaterThanOrEqual(195);
    expect(Date.now() - began).toBeLessThan(1_000);
    blocked.destroy();
  });

  it('runs Lua, by text and by hash, and reports its errors', async () => {
    const script = `
      local moved = redis.call('RPOPLPUSH', KEYS[1], KEYS[2])
      redis.call('ZADD', KEYS[3], ARGV[1], moved)
      return {moved, redis.call('LLEN', KEYS[2])}`;
    const keys = ['wait', 'active', 'delayed'];
    await client.rPush('wait', ['a', 'b']);
    expect(await client.eval(script, { keys, arguments: ['5'] })).toEqual(['b', 1]);
    const sha = await client.scriptLoad(script);
    expect(await client.evalSha(sha, { keys, arguments: ['6'] })).toEqual(['a', 2]);
    expect(await client.zRangeWithScores('delayed', 0, -1)).toEqual([
      { value: 'b', score: 5 },
      { value: 'a', score: 6 },
    ]);
    await expect(client.eval("return redis.call('NOPE')")).rejects.toThrow(/[Uu]nknown/);
    await expect(client.evalSha('0'.repeat(40))).rejects.toThrow('NOSCRIPT');
  });

  it('keeps streams, which the queue uses for its events', async () => {
    await client.xAdd('events', '*', { event: 'completed', job: '1' });
    const reader = client.duplicate();
    await reader.connect();
    const next = reader.xRead({ key: 'events', id: '$' }, { BLOCK: 5_000 });
    while (Number((await client.info('clients')).match(/blocked_clients:(\d+)/)?.[1]) === 0);
    await client.xAdd('events', '*', { event: 'failed', job: '2' });
    expect(JSON.stringify(await next)).toContain('failed');
    expect(await client.xLen('events')).toBe(2);
    reader.destroy();
  });

  it('accepts values of several megabytes and many commands at once', async () => {
    const value = 'x'.repeat(4 * 1024 * 1024);
    await client.set('large', value);
    expect(await client.get('large')).toBe(value);
    const count = 2_000;
    await Promise.all(Array.from({ length: count }, (_, number) => client.set(`many:${number}`, String(number))));
    expect(await client.get(`many:${count - 1}`)).toBe(String(count - 1));
  });

  it('evicts nothing when memory is short, and writes nothing to disk', async () => {
    const {
      'maxmemory-policy': policy,
      save,
      appendonly,
    } = await client.configGet(['maxmemory-policy', 'save', 'appendonly']);
    expect([policy, appendonly]).toEqual(['noeviction', 'no']);
    expect(['', undefined]).toContain(save);
  });
});
