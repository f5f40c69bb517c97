import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReconcileQueue } from '@mcp-gateway/routing/queue';
import { ABSENT } from '@mcp-gateway/runtime';
import type { Logger } from '@mcp-gateway/platform/logging';
import { rowOf, silent } from '../test/fixtures.js';
import { World } from '../test/world.js';
import { resync } from './resync.js';
import { desiredAdapter } from './kinds.js';
import { routeOf } from './routes.js';

let world: World;
let queued: string[];
let failing: boolean;
let restored: boolean[];
let stop: () => Promise<void>;
beforeEach(() => {
  world = new World();
  queued = [];
  failing = false;
  restored = [];
});
afterEach(() => stop());

const queue: ReconcileQueue = {
  async reconcile({ name }) {
    if (failing) throw new Error('Redis is unavailable');
    queued.push(name);
  },
  close: async () => {},
};

function start(log: Logger = silent) {
  const restoreRoutes = async () => restored.shift() ?? false;
  const { kind, runtime, routes } = world;
  stop = resync({ kinds: [kind], runtime, routes, queue, restoreRoutes, log });
}

async function eventually(check: () => void): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    try {
      return check();
    } catch {
      await delay(5);
    }
  }
  check();
}
/** Lets everything run that need not wait for anything. */
async function idle() {
  for (let turn = 0; turn < 20; turn += 1) await delay(0);
  queued.length = 0;
}

describe('a resync', () => {
  it('queues at the start whatever has a row, runs or is routed to, each once', async () => {
    world.rowTable.set('row', rowOf({ name: 'row' }));
    world.rowTable.set('both', rowOf({ name: 'both' }));
    world.rowTable.set('stray', rowOf({ name: 'stray' }));
    for (const name of ['both', 'stray']) await world.converge(name);
    world.rowTable.delete('stray');
    world.routeTable.delete('stray');
    const routed = rowOf({ name: 'routed' });
    const route = routeOf(desiredAdapter(routed), ABSENT, 'Progressing');
    await world.routes.publish({ route, version: { ...routed, run: 1 } });
    start();
    await eventually(() => expect(queued.toSorted()).toEqual(['both', 'routed', 'row', 'stray']));
  });

  it('queues a name when the runtime reports a change', async () => {
    start();
    await idle();
    world.watcher?.changed({ kind: 'adapter', name: 'echo' });
    await eventually(() => expect(queued).toEqual(['echo']));
  });

  it('queues everything when the runtime can be seen again', async () => {
    start();
    await idle();
    world.rowTable.set('echo', rowOf());
    world.watcher?.synced();
    await eventually(() => expect(queued).toEqual(['echo']));
  });

  it('queues rows with a change that no worker has acted on, every two seconds, also after a failure', async () => {
    let queries = 0;
    world.rows.lagging = async (limit) => {
      expect(limit).toBeGreaterThan(0);
      queries += 1;
      if (queries === 1) throw new Error('the database is unavailable');
      return ['late', 'later'];
    };
    start();
    await eventually(() => expect(queued).toEqual(['late', 'later']));
    expect(queries).toBe(2);
  });

  it('logs once that the database is unavailable, and once that it is back', async () => {
    const logged: string[] = [];
    const warn = (_fields: object, text: string) => void logged.push(text);
    let queries = 0;
    world.rows.lagging = async () => {
      queries += 1;
      if (queries < 3) throw new Error('the database is unavailable');
      return ['late'];
    };
    start({ warn, info: (text: string) => void logged.push(text) } as unknown as Logger);
    await eventually(() => expect(queued).toEqual(['late']));
    await eventually(() =>
      expect(logged).toEqual(['resync of what lags failed; it is tried again', 'resync of what lags succeeds again']),
    );
  });

  it('queues everything after the routes were restored', async () => {
    world.rowTable.set('echo', rowOf());
    restored = [true];
    start();
    await eventually(() => expect(queued).toEqual(['echo', 'echo'])); // as at every start, and for the routes
  });

  it('goes on when the queue was unavailable', async () => {
    failing = true;
    world.rowTable.set('echo', rowOf());
    start();
    world.watcher?.changed({ kind: 'adapter', name: 'echo' });
    world.watcher?.synced();
    await idle();
    failing = false;
    world.watcher?.changed({ kind: 'adapter', name: 'echo' });
    world.watcher?.synced();
    await eventually(() => expect(queued).toEqual(['echo', 'echo']));
  });

  it('sends no more requests once it is stopped', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    start();
    await eventually(() => expect(timers()).toBe(before + 2));
    await stop();
    await eventually(() => expect(timers()).toBe(before));
    expect(world.watching?.aborted).toBe(true);
  });
});
