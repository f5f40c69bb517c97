import { describe, expect, it } from '@jest/globals';
import { sessionCache } from './cache.js';

const on = (endpointId: string, more = {}) => ({
  location: { endpointId, upstreamId: 'raw', moves: 0, closed: false, ...more },
  usedAt: 0,
  goodUntil: 1,
});

describe('the session cache', () => {
  it('stays within its memory limit and evicts the least recently used sessions', () => {
    const cache = sessionCache(100_000);
    for (let i = 0; i < 1_000; i++) {
      cache.set(`session-${i}`, on('a'));
      cache.get('session-0');
    }
    expect(cache.countOn('a')).toBeGreaterThan(100);
    expect(cache.countOn('a')).toBeLessThan(170);
    expect(cache.get('session-0')).toBeDefined();
    expect(cache.get('session-1')).toBeUndefined();
    expect(cache.get('session-999')).toBeDefined();
  });

  it('holds fewer sessions when their servers use long ids', () => {
    const cache = sessionCache(100_000);
    for (let i = 0; i < 1_000; i++) cache.set(String(i), on('a', { upstreamId: 'u'.repeat(4_096) }));
    expect(cache.countOn('a')).toBeLessThan(25);
  });

  it('counts open sessions by the endpoint that they live on', () => {
    const cache = sessionCache(1_000_000);
    cache.set('1', on('a'));
    cache.set('2', on('a'));
    cache.set('3', on('b'));
    expect([cache.countOn('a'), cache.countOn('b'), cache.countOn('c')]).toEqual([2, 1, 0]);
    cache.set('1', on('b')); // relocated
    cache.set('2', on('a', { closed: true }));
    expect([cache.countOn('a'), cache.countOn('b')]).toEqual([0, 2]);
    expect(cache.size()).toEqual({ sessions: 3, bytes: 3 * (600 + '1'.length + 'a'.length + 'raw'.length) });
  });

  it('lists relocated sessions, unless another data plane has relocated them again', () => {
    const cache = sessionCache(1_000_000);
    const opened = { kind: 'adapter' as const, name: 'echo', resourceId: 'adapter-1', caller: 'alice', openedAt: 0 };
    for (const id of ['1', '2', '3']) cache.set(id, { ...on('b', { moves: 1 }), opened });
    cache.set('4', on('a'));
    expect(cache.size().bytes).toBe(3 * (600 + 250 + '1braw'.length + 'alice'.length) + 600 + '4araw'.length);
    cache.invalidateAll();
    cache.invalidate('1');
    cache.set('2', on('', { closed: true }));
    expect(cache.moved()).toEqual([{ id: '3', location: on('b', { moves: 1 }).location, opened }]);
  });

  it('keeps invalidated sessions, and does not count them', () => {
    const cache = sessionCache(1_000_000);
    for (const id of ['1', '2', '3']) cache.set(id, on('a'));
    cache.invalidate('1');
    cache.invalidate('1');
    cache.invalidate('unknown');
    expect([cache.get('1')?.location.endpointId, cache.get('1')?.goodUntil, cache.countOn('a')]).toEqual(['a', 0, 2]);
    cache.invalidateAll();
    expect([cache.get('2')?.goodUntil, cache.size().sessions, cache.countOn('a')]).toEqual([0, 3, 0]);
    cache.set('1', on('b'));
    cache.set('2', on('a'));
    expect([cache.countOn('a'), cache.countOn('b')]).toEqual([1, 1]);
  });
});
