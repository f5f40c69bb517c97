import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  listSessions,
  sessionKeys,
  sessionRecords,
  type SessionRecord,
  type SessionRecords,
} from '@mcp-gateway/sessions';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { BOUNDS, CLOSE, ECHO, NOW, OWNER, recordOf, ref } from './example.js';

describe('session records', () => {
  let redis: RedisClient;
  let prefix: string;
  let records: SessionRecords;

  beforeEach(async () => {
    prefix = freshPrefix();
    redis = await connectRedis();
    records = sessionRecords(redis, prefix);
  });

  const open = (id: string, caller = 'alice', more = {}) =>
    records.create(ref(id, caller), recordOf(caller), { ...BOUNDS, ...more });
  const idsOf = async (caller?: string) => {
    const page = { ...OWNER, limit: 100, ...(caller !== undefined && { caller }) };
    return (await listSessions(redis, prefix, page)).sessions.map(({ id }) => id);
  };

  it('are read as they were written, and expire by themselves', async () => {
    const record = recordOf('José 李雷', { subscriptions: ['file:///a b', 'ü'], protocolVersion: '2025-11-25' });
    await records.create(ref('1', record.caller), record, BOUNDS);
    const { record: read, lastUsedAt } = await records.find(ref('1'));
    expect(lastUsedAt).toBe(NOW);
    expect(read).toEqual({ ...record, subscriptions: expect.arrayContaining(record.subscriptions) });
    for (const key of await redis.keys(`{${prefix}:*`)) expect(await redis.ttl(key)).toBeGreaterThan(3_500);
  });

  it('never shorten the lifetime of the lists that they are in', async () => {
    await open('1');
    await open('2', 'alice', { keepSeconds: 60 });
    const lists = (await redis.keys(`*${prefix}:*`)).filter((key) => !key.includes(':session:'));
    expect(lists.length).toBeGreaterThan(2);
    for (const key of lists) expect(await redis.ttl(key)).toBeGreaterThan(3_500);
  });

  it('keep the last ten thousand terminations', async () => {
    const { terminations } = sessionKeys(prefix);
    await redis.rPush(
      terminations,
      Array.from({ length: 10_000 }, (_, index) => `${index}`),
    );
    await open('1');
    await records.close(ref('1'), ECHO, CLOSE);
    expect(await redis.lLen(terminations)).toBe(10_000);
    expect(await redis.lIndex(terminations, 0)).toBe('1');
    expect(JSON.parse((await redis.lIndex(terminations, -1)) ?? '')).toMatchObject({ endpointId: 'a' });
  });

  it('that do not exist are null', async () => {
    expect(await records.find(ref('unknown'))).toEqual({ record: null, lastUsedAt: null });
  });

  it.each([
    ['is none', async () => {}, expect.objectContaining({ moves: 2, endpointId: 'c', initialize: null })],
    ['is an older record', () => open('1'), expect.objectContaining({ moves: 2, endpointId: 'c', initialize: '{}' })],
    [
      'is a record of the same move',
      () => records.create(ref('1'), recordOf('alice', { moves: 2 }), BOUNDS),
      expect.objectContaining({ endpointId: 'a' }),
    ],
    ['is the mark of a closed session', () => records.close(ref('1'), ECHO, CLOSE), 'closed'],
  ])('are restored from memory unless the stored state is as recent: there %s', async (_what, before, after) => {
    await before();
    const messages: string[] = [];
    const subscriber = await connectRedis();
    await subscriber.subscribe(records.keys.changed, (text) => messages.push(text));
    const lost = recordOf('alice', { moves: 2, endpointId: 'c', initialize: null });
    const isWritten = await records.restore('1', lost, 3_600);
    const { record } = await records.find(ref('1'));
    expect(record).toEqual(after);
    expect(isWritten).toBe((record as SessionRecord).endpointId === 'c');
    await waitFor('the change message', async () => {
      await redis.publish(records.keys.changed, 'last');
      return messages.includes('last');
    });
    expect(messages.filter((text) => text !== 'last')).toEqual(isWritten ? ['1 adapter/echo 2'] : []);
    expect(await redis.ttl(records.keys.record(OWNER, '1'))).toBeGreaterThan(50);
  });

  it('of another version are not changed', async () => {
    await redis.hSet(records.keys.record(OWNER, '1'), { format: 'later' });
    expect(await records.restore('1', recordOf('alice', { moves: 2 }), 3_600)).toBe(false);
  });

  it.each([
    ['adapter', { max: 2 }, 'adapter-full'],
    ['caller', { maxPerCaller: 2 }, 'caller-full'],
  ])('are limited for each %s', async (_whose, bound, refusal) => {
    expect([await open('1'), await open('2'), await open('3', 'alice', bound)]).toEqual(['opened', 'opened', refusal]);
    expect((await records.find(ref('3'))).record).toBeNull();
    await records.close(ref('1'), ECHO, CLOSE);
    expect(await open('3', 'alice', bound)).toBe('opened');
    // Sessions that have been idle for too long do not count.
    expect(await open('4', 'alice', { ...bound, idleSince: NOW + 1 })).toBe('opened');
  });

  it('do not return once they are closed', async () => {
    await open('1');
    expect([await records.close(ref('1'), ECHO, CLOSE), await records.close(ref('1'), ECHO, CLOSE)]).toEqual([
      true,
      false,
    ]);
    expect((await records.find(ref('1'))).record).toBe('closed');
    expect(await records.set(ref('1'), 'logLevel', 'info')).toBe(false);
    expect(await records.subscribe(ref('1'), 'file:///a')).toBe(false);
    await records.unsubscribe(ref('1'), 'file:///a');
    await records.touch([{ ...ref('1'), at: NOW + 5, keepSeconds: 60 }]);
    expect(
      await records.move(ref('1'), ECHO, 0, { endpointId: 'b', upstreamId: 'b', recentMoves: 1, recentSince: NOW }),
    ).toBe(false);
    expect(await records.find(ref('1'))).toEqual({ record: 'closed', lastUsedAt: null });
    expect([await idsOf(), await idsOf('alice')]).toEqual([[], []]);
  });

  it('are marked as closed even when they were lost before', async () => {
    expect(await records.close(ref('lost'), ECHO, CLOSE)).toBe(true);
    expect((await records.find(ref('lost'))).record).toBe('closed');
    expect(await records.nextTermination()).toBeNull(); // no record has its location
  });

  it('are not closed as idle when they have been used since', async () => {
    await open('1');
    await records.touch([{ ...ref('1'), at: NOW + 50, keepSeconds: 60 }]);
    expect(await records.close(ref('1'), ECHO, { ...CLOSE, unlessUsedSince: NOW + 50 })).toBe(false);
    expect((await records.find(ref('1'))).record).not.toBe('closed');
    expect(await records.close(ref('1'), ECHO, { ...CLOSE, unlessUsedSince: NOW + 51 })).toBe(true);
  });

  it('report the latest use, whichever data plane recorded it', async () => {
    await open('1');
    await open('2', 'bob');
    await records.touch([
      { ...ref('1'), at: NOW + 50, keepSeconds: 60 },
      { ...ref('2', 'bob'), at: NOW + 20, keepSeconds: 60 },
    ]);
    await records.touch([{ ...ref('1'), at: NOW + 10, keepSeconds: 60 }]); // a late message of another data plane
    expect((await records.find(ref('1'))).lastUsedAt).toBe(NOW + 50);
    expect(await records.idle(OWNER, NOW + 50, 10)).toEqual(['2']);
    expect(await records.idle(OWNER, NOW + 51, 10)).toEqual(['2', '1']);
    expect(await records.idle(OWNER, NOW + 51, 1)).toEqual(['2']);
    await records.touch([{ ...ref('never opened'), at: NOW, keepSeconds: 60 }]);
    expect(await idsOf()).toEqual(['1', '2']);
  });

  it('are kept for as long as their last use requires, or longer when their record requires it', async () => {
    const streams = { ...BOUNDS, keepSeconds: 100 };
    await records.create(ref('1'), recordOf('alice', { transport: 'http-sse' }), streams);
    const shortest = async () => Math.min(...(await Promise.all((await redis.keys(`{${prefix}:*`)).map(timeLeft))));
    const timeLeft = (key: string) => redis.ttl(key);
    await records.touch([{ ...ref('1'), at: NOW, keepSeconds: 5_000 }]);
    expect(await shortest()).toBeGreaterThan(4_900);
    await records.touch([{ ...ref('1'), at: NOW, keepSeconds: 100 }]);
    expect(await shortest()).toBeGreaterThan(4_900);
    expect(await redis.keys(`{${prefix}:*`)).toHaveLength(5);
  });

  it.each([
    ["the record's lifetime", 3_600, 60],
    ['the lifetime that the close requests', 60, 3_600],
  ])('are marked as closed for %s when that is the longer one', async (_whose, openFor, closedFor) => {
    await records.create(ref('1'), recordOf(), { ...BOUNDS, keepSeconds: openFor });
    await records.close(ref('1'), ECHO, { ...CLOSE, keepSeconds: closedFor });
    expect(await redis.ttl(records.keys.record(OWNER, '1'))).toBeGreaterThan(3_500);
  });

  it('list the old ones', async () => {
    await open('1');
    await records.create(ref('2'), recordOf('alice', { openedAt: NOW - 10 }), BOUNDS);
    await records.touch([{ ...ref('2'), at: NOW + 50, keepSeconds: 60 }]);
    expect(await records.openedBefore(OWNER, NOW, 10)).toEqual(['2']);
    expect(await records.openedBefore(OWNER, NOW + 1, 1)).toEqual(['2']);
    await records.close(ref('2'), ECHO, CLOSE);
    expect(await records.openedBefore(OWNER, NOW + 1, 10)).toEqual(['1']);
  });

  it('queue terminations, each for one taker, in their order', async () => {
    for (const id of ['1', '2', '3']) await open(id, id);
    await records.set(ref('1'), 'protocolVersion', '2025-06-18');
    for (const id of ['1', '2', '3']) await records.close(ref(id, id), ECHO, { ...CLOSE, tellServer: id !== '2' });
    const taken = [await records.nextTermination(), await records.nextTermination(), await records.nextTermination()];
    const termination = { ...ECHO, endpointId: 'a', upstreamId: 'raw' };
    expect(taken).toEqual([
      { ...termination, caller: '1', protocolVersion: '2025-06-18' },
      { ...termination, caller: '3' },
      null,
    ]);
  });

  it('queue no termination when the server learns of the end by itself', async () => {
    await records.create(ref('1'), recordOf('alice', { transport: 'http-sse' }), BOUNDS);
    await records.close(ref('1'), ECHO, CLOSE);
    expect(await records.nextTermination()).toBeNull();
  });

  it('store a limited number of subscriptions', async () => {
    await open('1');
    const taken = [];
    for (let i = 0; i < 150; i++) taken.push(await records.subscribe(ref('1'), `file:///${i}`));
    const { record } = await records.find(ref('1'));
    const kept = (record as SessionRecord).subscriptions.length;
    expect(kept).toBeGreaterThan(100);
    expect(taken.filter(Boolean)).toHaveLength(kept);
    const [key = ''] = await redis.keys(`*${prefix}:*:session:1`);
    expect(await redis.hLen(key)).toBe(128);
    expect(await records.subscribe(ref('1'), 'file:///0')).toBe(true); // already stored
    await records.unsubscribe(ref('1'), 'file:///0');
    expect(await records.subscribe(ref('1'), 'file:///new')).toBe(true);
  });

  it('are claimed by one caller, which alone can release the claim', async () => {
    await open('1');
    expect((await records.claim(ref('1'), 'me', 60_000))?.record).toMatchObject({ endpointId: 'a' });
    expect(await records.claim(ref('1'), 'you', 60_000)).toBeNull();
    await records.release(ref('1'), 'you');
    expect(await records.claim(ref('1'), 'you', 60_000)).toBeNull();
    await records.release(ref('1'), 'me');
    expect(await records.claim(ref('1'), 'you', 60_000)).not.toBeNull();
  });

  it('are moved by one of several callers that have read the same record', async () => {
    await open('1');
    const to = (endpointId: string) => ({
      endpointId,
      upstreamId: `in ${endpointId}`,
      recentMoves: 1,
      recentSince: NOW,
    });
    const moved = await Promise.all(['b', 'c', 'd'].map((id) => records.move(ref('1'), ECHO, 0, to(id))));
    expect(moved.filter(Boolean)).toHaveLength(1);
    const { record } = await records.find(ref('1'));
    const winner = ['b', 'c', 'd'][moved.indexOf(true)];
    expect(record).toMatchObject({ endpointId: winner, upstreamId: `in ${winner}`, moves: 1, initialize: '{}' });
    expect(await records.move(ref('1'), ECHO, 1, to('e'))).toBe(true);
    expect(await records.move(ref('unknown'), ECHO, 0, to('e'))).toBe(false);
  });
});
