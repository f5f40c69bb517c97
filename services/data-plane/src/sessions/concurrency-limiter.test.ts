import { describe, expect, it } from '@jest/globals';
import { createConcurrencyLimiter, jitter } from './concurrency-limiter.js';

describe('a concurrency limiter', () => {
  it('runs a bounded number of tasks at once, and all tasks in their order', async () => {
    const limiter = createConcurrencyLimiter({ atOnce: 3, waiting: 100 });
    const begun: number[] = [];
    let working = 0;
    let most = 0;
    const works = Array.from({ length: 20 }, (_, at) =>
      limiter(async () => {
        begun.push(at);
        most = Math.max(most, (working += 1));
        await new Promise(setImmediate);
        working -= 1;
        if (at % 5 === 0) throw new Error(`${at} failed`);
        return at;
      }),
    );
    const results = await Promise.allSettled(works);
    expect(most).toBe(3);
    expect(begun).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual(begun.map((at) => at % 5 !== 0));
    await expect(limiter(async () => 'again')).resolves.toBe('again');
  });

  it('refuses tasks when the queue is full, and says when to try again', async () => {
    const limiter = createConcurrencyLimiter({ atOnce: 1, waiting: 1 });
    let finish = () => {};
    const first = limiter(() => new Promise<void>((resolve) => (finish = resolve)));
    const second = limiter(async () => 'second');
    expect(limiter.waiting()).toBe(1);
    await expect(limiter(async () => {})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      headers: { 'retry-after': '2' },
    });
    finish();
    await first;
    await expect(second).resolves.toBe('second');
    expect(limiter.waiting()).toBe(0);
    await expect(limiter(async () => 'third')).resolves.toBe('third');
  });
});

describe('jitter', () => {
  it.each([
    [1, 0.99, 9],
    [200, 0.5, 1_000],
    [1_000, 0.9, 9_000],
    [100_000, 0.9, 9_000],
    [0, 0.9, 0],
  ])('spreads %i streams over time: %d of it is %i ms', (streams, random, ms) => {
    expect(jitter(streams, () => random)).toBe(ms);
  });

  it('never exceeds the maximum', () => {
    expect(jitter(1_000, () => 0.5, 300)).toBe(150);
  });
});
