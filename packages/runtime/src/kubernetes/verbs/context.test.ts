import { describe, expect, it, jest } from '@jest/globals';
import { adapter } from '../../../test/refs.js';
import { afterTest } from '../../../../../test/support/clean-up.js';
import { eventually } from '../../../test/wait.js';
import { FailureConditions } from './context.js';

const FAILURE = { reason: 'NameConflict', message: 'There is one.' };

function failureConditions(retryMs: number) {
  const retried: string[] = [];
  const all = new FailureConditions(({ name }) => void retried.push(name), retryMs);
  afterTest(() => all.close());
  return { all, retried };
}

describe('a failure condition', () => {
  it('triggers one retry after a while, and gives its reason until then', async () => {
    const { all, retried } = failureConditions(10);
    all.set(adapter('echo'), FAILURE);
    expect(all.get(adapter('echo'))).toEqual(FAILURE);
    await eventually(() => expect(retried).toEqual(['echo']));
    expect(all.get(adapter('echo'))).toBeNull();
  });

  it('triggers one retry when another replaces it, and none after close', async () => {
    const { all, retried } = failureConditions(10);
    for (const failure of [FAILURE, { ...FAILURE, message: 'There is another.' }]) all.set(adapter('echo'), failure);
    expect(all.get(adapter('echo'))?.message).toBe('There is another.');
    const closed = failureConditions(10);
    closed.all.set(adapter('echo'), FAILURE);
    closed.all.close();
    const last = failureConditions(20);
    last.all.set(adapter('echo'), FAILURE);
    await eventually(() => expect(last.retried).toEqual(['echo']));
    expect([retried, closed.retried]).toEqual([['echo'], []]);
  });

  it('triggers a retry after ten seconds by default', () => {
    jest.useFakeTimers();
    afterTest(() => void jest.useRealTimers());
    const retried: string[] = [];
    new FailureConditions(({ name }) => void retried.push(name)).set(adapter('echo'), FAILURE);
    jest.advanceTimersByTime(9_999);
    expect(retried).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(retried).toEqual(['echo']);
  });

  it('triggers no retry once it is cleared', async () => {
    const { all, retried } = failureConditions(10);
    all.set(adapter('echo'), FAILURE);
    all.set(adapter('other'), FAILURE);
    all.clear(adapter('echo'));
    expect(all.get(adapter('echo'))).toBeNull();
    await eventually(() => expect(retried).toEqual(['other']));
  });
});
