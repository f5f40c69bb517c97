import { describe, expect, it } from '@jest/globals';
import { etagOf, matchesIfMatch, retryWrite } from './optimistic-concurrency.js';

const current = { id: '0f8fad5b-d9cb-469f-a165-70867728950e', generation: 7 };
const TAG = '"0f8fad5b-7"';

describe('the ETag of a resource', () => {
  it('names the resource and its generation', () => {
    expect(etagOf(current)).toBe(TAG);
    expect(etagOf({ ...current, generation: 8 })).not.toBe(TAG);
    expect(etagOf({ ...current, id: '1f8fad5b-d9cb-469f-a165-70867728950e' })).not.toBe(TAG);
  });

  it.each([
    [undefined, true],
    ['*', true],
    [' * ', true],
    [TAG, true],
    [`"x",${TAG}`, true],
    [`"x" , ${TAG} , "y"`, true],
    ['', false],
    ['"*"', false],
    [`W/${TAG}`, false],
    [`"x${TAG}`, false],
    ['"0f8fad5b-70"', false],
    ['"0f8fad5b-"', false],
    ['0f8fad5b-7', false],
  ])('If-Match: %s lets a change of it through: %s', (header, expected) => {
    expect(matchesIfMatch(header)(current)).toBe(expected);
  });
});

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
      detail:
        'other callers changed adapter echo during each of 10 attempts, so nothing is written; send the request again',
    });
    expect(attempts).toBe(10);
  });

  it('pauses between its attempts', async () => {
    const began = performance.now();
    await expect(retryWrite(ECHO, async () => null)).rejects.toMatchObject({ code: 'WRITE_CONTENTION' });
    expect(performance.now() - began).toBeGreaterThan(50); // the pauses are random; 450 ms on average
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
