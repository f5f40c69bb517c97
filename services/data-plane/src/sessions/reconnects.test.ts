import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import { followTimers } from '../../../../test/support/timers.js';
import { waitFor } from '../../../../test/support/wait.js';
import { catchUpOnReconnect } from './reconnects.js';

/** A Redis that is ready at once, and work on it that fails when the test says so. */
function setUp() {
  const redis = Object.assign(new EventEmitter(), { isReady: true });
  const attempts: PromiseWithResolvers<void>[] = [];
  const catchUp = () => {
    const attempt = Promise.withResolvers<void>();
    attempts.push(attempt);
    return attempt.promise;
  };
  const timers = followTimers();
  const { close } = catchUpOnReconnect({
    redis: redis as never,
    now: () => 0,
    catchUp,
    isAlone: async () => false,
  });
  redis.emit('ready');
  return { redis, attempts, timers, close };
}

it('repeats what failed, until it is closed', async () => {
  const { redis, attempts, timers, close } = setUp();
  attempts[0]?.reject(new Error('Redis loads its data'));
  await waitFor('the second attempt', () => attempts.length === 2);
  attempts[1]?.reject(new Error('Redis loads its data'));
  await new Promise(setImmediate);
  timers.stop();
  await waitFor('the timer of the third attempt alone', () => timers.left() === 1);
  close();
  expect(redis.listenerCount('ready')).toBe(0);
  await new Promise(setImmediate);
  expect(timers.left()).toBe(0);
});

it('does not repeat what fails after it is closed', async () => {
  const { attempts, timers, close } = setUp();
  close();
  attempts[0]?.reject(new Error('the client is closed'));
  await new Promise(setImmediate);
  expect(timers.left()).toBe(0);
});
