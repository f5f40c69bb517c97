import { describe, expect, it } from '@jest/globals';
import { retryWrite } from './retry-write.js';

const ECHO = { kind: 'adapter', name: 'echo' } as const;

describe('an optimistic write', () => {
  it('is repeated until it wins', async () => {
    const outcomes = [null, null, 'written'];
    expect(await retryWrite(ECHO, async () => outcomes.shift() ?? null)).toBe('written');
    expect(outcomes).toEqual([]);
  });

  it('ends after ten attempts that lost, with an error that says that nothing was written and when to try again', async () => {
    let attempts = 0;
    const written = retryWrite(ECHO, async () => {
      attempts += 1;
      return null;
    });
    await expect(written).rejects.toMatchObject({
      code: 'WRITE_CONTENTION',
      status: 503,
      headers: { 'retry-after': '1' },
      detail: '10 attempts to change adapter echo met another change; send the request again',
    });
    expect(attempts).toBe(10);
  });

  it('ends at once when an attempt throws', async () => {
    let attempts = 0;
    const written = retryWrite(ECHO, async () => {
      attempts += 1;
      throw new Error('forbidden');
    });
    await expect(written).rejects.toThrow('forbidden');
    expect(attempts).toBe(1);
  });
});
