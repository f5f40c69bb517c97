import { describe, expect, it } from '@jest/globals';
import { adapterRef, type ResourceRef } from '@mcp-gateway/common/contracts';
import { queuePrefix, reconcileQueue, type ReconcileQueue } from '@mcp-gateway/routing/queue';
import { afterTest } from '../support/clean-up.js';
import { silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { redisLine } from '../support/redis-line.js';
import { becomesTrue, waitFor } from '../support/wait.js';
import { consume } from './support/sources.js';

/** The runs of one name, which the test controls. */
class Runs {
  started = 0;
  ended = 0;
  most = 0;
  #ending = false;
  readonly #go: ((error?: Error) => void)[] = [];

  async work(): Promise<void> {
    if (this.#ending) return;
    this.started += 1;
    this.most = Math.max(this.most, this.started - this.ended);
    const error = await new Promise<Error | undefined>((resolve) => this.#go.push(resolve));
    this.ended += 1;
    if (error) throw error;
  }

  /** Ends the run that has waited longest. */
  end(error?: Error): void {
    this.#go.shift()?.(error);
  }

  endAll(): void {
    this.#ending = true;
    while (this.#go.length > 0) this.end();
  }

  startedTimes(count: number): Promise<unknown> {
    return waitFor(`run ${count}`, () => this.started === count);
  }
}

async function queueOf(prefix: string, url?: string): Promise<ReconcileQueue> {
  const queue = reconcileQueue(await connectRedis(url), prefix);
  afterTest(() => queue.close());
  return queue;
}

async function startWorker(
  prefix: string,
  reconcile: (ref: ResourceRef) => Promise<void>,
  url?: string,
): Promise<void> {
  const stop = consume({ redis: await connectRedis(url), prefix, reconcile, log: silent });
  afterTest(() => stop());
}

async function setUp() {
  const prefix = freshPrefix();
  const runs = new Map<string, Runs>();
  const of = (name: string): Runs => {
    const known = runs.get(name) ?? new Runs();
    runs.set(name, known);
    return known;
  };
  return {
    queue: await queueOf(prefix),
    of,
    async start() {
      await startWorker(prefix, ({ name }) => of(name).work());
      afterTest(() => runs.forEach((each) => each.endAll())); // a worker stops when its runs have ended
    },
  };
}

/** Resolves when every name that was queued before has run: names run in order. */
async function settled(queue: ReconcileQueue, of: (name: string) => Runs): Promise<void> {
  await queue.reconcile(adapterRef('marker'));
  await of('marker').startedTimes(1);
  of('marker').end();
}

describe('the queue of names', () => {
  it('runs a name once, however often it was added while it waited', async () => {
    const { queue, of, start } = await setUp();
    await Promise.all(Array.from({ length: 20 }, () => queue.reconcile(adapterRef('echo'))));
    await start();
    await of('echo').startedTimes(1);
    of('echo').end();
    await settled(queue, of);
    expect(of('echo').started).toBe(1);
  });

  it('runs a name once more when it was added during its run, and never twice at a time', async () => {
    const { queue, of, start } = await setUp();
    await start();
    await queue.reconcile(adapterRef('echo'));
    await of('echo').startedTimes(1);
    for (let add = 0; add < 10; add += 1) await queue.reconcile(adapterRef('echo'));
    of('echo').end();
    await of('echo').startedTimes(2);
    of('echo').end();
    await settled(queue, of);
    expect(of('echo')).toMatchObject({ started: 2, most: 1 });
  });

  it('runs a name again each time it is added after it ended', async () => {
    const { queue, of, start } = await setUp();
    await start();
    for (let run = 1; run <= 3; run += 1) {
      await queue.reconcile(adapterRef('echo'));
      await of('echo').startedTimes(run);
      of('echo').end();
      await waitFor('the run to end', () => of('echo').ended === run);
    }
  });

  it('runs different names concurrently', async () => {
    const { queue, of, start } = await setUp();
    await start();
    for (const name of ['a', 'b', 'c']) await queue.reconcile(adapterRef(name));
    await Promise.all(['a', 'b', 'c'].map((name) => of(name).startedTimes(1)));
  });

  it('runs a name once at a time over all workers', async () => {
    const { queue, of, start } = await setUp();
    await start();
    await start();
    await queue.reconcile(adapterRef('echo'));
    await of('echo').startedTimes(1);
    await queue.reconcile(adapterRef('echo'));
    await settled(queue, of);
    expect(of('echo').started).toBe(1);
    of('echo').end();
    await of('echo').startedTimes(2);
    expect(of('echo').most).toBe(1);
  });

  it('retries a failed name by itself', async () => {
    const { queue, of, start } = await setUp();
    await start();
    await queue.reconcile(adapterRef('echo'));
    await of('echo').startedTimes(1);
    of('echo').end(new Error('the runtime is unavailable'));
    await of('echo').startedTimes(2);
  });

  it('runs a name that is added again without waiting for the delay after a failure', async () => {
    const { queue, of, start } = await setUp();
    await start();
    await queue.reconcile(adapterRef('echo'));
    for (let run = 1; run <= 3; run += 1) {
      await of('echo').startedTimes(run);
      of('echo').end(new Error('still unavailable'));
    }
    const began = performance.now(); // the third delay is one second at least
    await becomesTrue('the next run', async () => {
      await queue.reconcile(adapterRef('echo'));
      expect(of('echo').started).toBe(4);
    });
    expect(performance.now() - began).toBeLessThan(950);
  });

  it('rejects names at once while Redis is unavailable, and accepts them afterwards', async () => {
    const prefix = freshPrefix();
    const line = await redisLine();
    const queue = await queueOf(prefix, line.url);
    await queue.reconcile(adapterRef('before'));
    line.cut();
    await waitFor('the outage to be noticed', () =>
      queue.reconcile(adapterRef('echo')).then(
        () => false,
        () => true,
      ),
    );
    const began = performance.now();
    await expect(queue.reconcile(adapterRef('echo'))).rejects.toThrow('offline');
    expect(performance.now() - began).toBeLessThan(500);
    line.restore();
    await waitFor('Redis to be back', () => queue.reconcile(adapterRef('echo')).then(() => true));
    const runs = new Set<string>();
    await startWorker(prefix, async ({ name }) => void runs.add(name));
    await becomesTrue('the accepted names to run', () => expect([...runs].toSorted()).toEqual(['before', 'echo']));
  });

  it('accepts names again when Redis fails during the start and returns', async () => {
    const line = await redisLine();
    const queue = await queueOf(freshPrefix(), line.url);
    line.cut();
    await becomesTrue('the connection to break', () =>
      expect(queue.reconcile(adapterRef('echo'))).rejects.toThrow('offline'),
    );
    line.restore();
    await becomesTrue('it to take names', () => queue.reconcile(adapterRef('echo')));
  });

  it('runs names again after an outage, with the same worker', async () => {
    const prefix = freshPrefix();
    const line = await redisLine();
    const queue = await queueOf(prefix);
    const runs: string[] = [];
    await startWorker(prefix, async ({ name }) => void runs.push(name), line.url);
    await queue.reconcile(adapterRef('before'));
    await waitFor('the run before', () => runs.includes('before'));
    line.cut();
    await queue.reconcile(adapterRef('meanwhile'));
    line.restore();
    await waitFor('the run after', () => runs.includes('meanwhile'), 40_000);
    await queue.reconcile(adapterRef('after'));
    await waitFor('one more run', () => runs.includes('after'));
    expect(runs).toEqual(['before', 'meanwhile', 'after']);
  }, 60_000);
});

describe('a run that has failed for the last time', () => {
  it('leaves nothing in Redis', async () => {
    const prefix = freshPrefix();
    const redis = await connectRedis();
    const queue = await queueOf(prefix);
    const failedJobs = async () =>
      (await redis.keys(`${queuePrefix(prefix)}:*`)).filter((key) => /:(failed|wait|active|\d+)$/.test(key));

    await queue.reconcile(adapterRef('echo'));

    expect(await failedJobs()).not.toEqual([]);
    await startWorker(prefix, () => Promise.reject(Object.assign(new Error('no'), { name: 'UnrecoverableError' })));
    await becomesTrue('it to have failed', async () => expect(await failedJobs()).toEqual([]));
  });
});
