import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { keepRunning } from './keep-running.js';

const silent = createLogger('test', 'silent');

/** A part that ends by `end` or `stop`; `starts` counts how often it was started. */
function part(failures: readonly number[] = []) {
  const world = { starts: 0, running: 0, end: () => {} };
  const start = async () => {
    world.starts += 1;
    if (failures.includes(world.starts)) throw new Error('it does not start');
    world.running += 1;
    const { promise: exited, resolve } = Promise.withResolvers<void>();
    const end = () => {
      world.running -= 1;
      resolve();
    };
    world.end = end;
    return { exited, stop: async () => end() };
  };
  return { world, start };
}
const becomes = async (check: () => boolean) => {
  while (!check()) await delay(10);
};

it('starts a part again after it has ended, also when a start fails in between', async () => {
  const { world, start } = part([2]);
  const { stop } = await keepRunning('part', start, silent);
  world.end();
  await becomes(() => world.starts === 3 && world.running === 1);
  await stop();
  expect(world).toMatchObject({ starts: 3, running: 0 });
});

it('rejects when the first start fails', async () => {
  const { start } = part([1]);
  await expect(keepRunning('part', start, silent)).rejects.toThrow('it does not start');
});

it('starts nothing more once it is stopped, not even a part that waits for its next start', async () => {
  const { world, start } = part();
  const { stop } = await keepRunning('part', start, silent);
  world.end();
  await stop().catch(() => {});
  await delay(300);
  expect(world.starts).toBe(1);
});

it('stops a part that is being started', async () => {
  const { world, start } = part();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const slow = async () => {
    if (world.starts === 1) await released;
    return start();
  };
  const { stop } = await keepRunning('part', slow, silent);
  world.end();
  await delay(300);
  const stopped = stop();
  release();
  await stopped;
  expect(world.running).toBe(0);
});
