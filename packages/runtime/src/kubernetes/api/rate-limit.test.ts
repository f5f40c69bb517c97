import { describe, expect, it } from '@jest/globals';
import { rateLimit } from './client.js';

const never = new AbortController().signal;

describe('the rate limit', () => {
  it('admits a burst of twice the rate, and then the rest in order', async () => {
    const turn = rateLimit(50, 30_000, never);
    const started = performance.now();
    await Promise.all(Array.from({ length: 110 }, () => turn(never)));
    // 100 at once, 10 more at 50 a second.
    expect(performance.now() - started).toBeGreaterThanOrEqual(190);
  });

  it('refuses at once a call that would wait too long, and later calls do not wait for it', async () => {
    let now = 0;
    const turn = rateLimit(1_000, 2, never, () => now);
    await Promise.all([turn(), turn()]);
    await expect(turn()).rejects.toThrow('too many requests wait');
    now = 1;
    await turn();
  });

  it('ends the wait of a call that is aborted', async () => {
    const turn = rateLimit(1, 30_000, never);
    await Promise.all([turn(never), turn(never)]);
    const stop = new AbortController();
    const waiting = turn(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow('aborted');
  });

  it('ends every wait when the client closes', async () => {
    const closing = new AbortController();
    const turn = rateLimit(1, 30_000, closing.signal);
    await Promise.all([turn(), turn(never)]);
    const waiting = Promise.allSettled([turn(), turn(never)]);
    closing.abort();
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
