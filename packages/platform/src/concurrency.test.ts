import { expect, it } from '@jest/globals';
import { withTimeout } from './concurrency.js';

it('gives what the work gives', async () => {
  await expect(withTimeout(Promise.resolve(5), 10_000)).resolves.toBe(5);
});

it('fails as the work fails', async () => {
  await expect(withTimeout(Promise.reject(new Error('unavailable')), 10_000)).rejects.toThrow('unavailable');
});

it('fails when the work takes too long', async () => {
  await expect(withTimeout(new Promise(() => {}), 5)).rejects.toThrow('no answer within 5 ms');
});

it('leaves nothing behind that keeps the process', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  await withTimeout(Promise.resolve(), 60_000);
  expect(timers()).toBe(before);
});
