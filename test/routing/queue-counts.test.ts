import { expect, it } from '@jest/globals';
import { adapterRef, type ResourceRef } from '@mcp-gateway/common/contracts';
import { reconcileQueue } from '@mcp-gateway/routing/queue';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { becomesTrue } from '../support/wait.js';
import { consume } from './support/sources.js';

it('reports how many names wait, run and wait for a retry, and to a run how often its name has failed', async () => {
  const prefix = freshPrefix();
  const redis = await connectRedis();
  const queue = reconcileQueue(redis, prefix);
  afterTest(() => queue.close());
  for (const name of ['a', 'b', 'c']) await queue.reconcile(adapterRef(name));
  expect(await queue.counts()).toEqual({ waiting: 3, active: 0, delayed: 0 });

  const failures: number[] = [];
  const held: (() => void)[] = [];
  async function reconcile({ name }: ResourceRef, failed: number) {
    if (name !== 'a') return new Promise<void>((resolve) => void held.push(resolve));
    failures.push(failed);
    if (failed < 2) throw new Error('not yet');
  }
  const stop = consume({ redis, prefix, reconcile, log: silent });
  afterTest(async () => {
    held.forEach((release) => release());
    await stop();
  });
  await becomesTrue('one to be put off', async () =>
    expect(await queue.counts()).toEqual({ waiting: 0, active: 2, delayed: 1 }),
  );
  await becomesTrue('the third try', () => expect(failures).toEqual([0, 1, 2]));
});
