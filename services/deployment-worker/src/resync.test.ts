import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReconcileQueue } from '@mcp-gateway/routing/queue';
import { ABSENT } from '@mcp-gateway/runtime';
import type { Logger } from '@mcp-gateway/platform/logging';
import { rowOf, silent } from '../test/fixtures.js';
import { World } from '../test/world.js';
import { resync } from './resync.js';
import { desiredState } from './plan.js';
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
    if (failing) throw new Error('Redis is away');
    queued.push(name);
  },
  close: async () => {},
};

function start(log: Logger = silent) {
  const restoreRoutes = async () => restored.shift() ?? false;
  const { rows, runtime, routes } = world;
  stop = resync({ rows, runtime, routes, queue, restoreRoutes, log });
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
    for (const name of ['both', 'stray']) await world.settle(name);
    world.rowTable.delete('stray');
    world.routeTable.delete('stray');
    const routed = rowOf({ name: 'routed' });
    const route = routeOf(desiredState(routed), ABSENT, 'Progressing');
    await world.routes.publish({ route, version: { ...routed, run: 1 } });
    start();
    await eventually(() => expect(queued.toSorted()).toEqual(['both', 'routed', 'row', 'stray']));
  });

  it('queues a name when the runtime says that it has changed', async () => {
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

  it('queues rows whose change nobody acted on, every two seconds, whatever went wrong before', async () => {
    let asked = 0;
    world.rows.lagging = async (limit) => {
      expect(limit).toBeGreaterThan(0);
      asked += 1;
      if (asked === 1) throw new Error('the database is away');
      return ['late', 'later'];
    };
    start();
    await eventually(() => expect(queued).toEqual(['late', 'later']));
    expect(asked).toBe(2);
  });

  it('says once that the database is away, and once that it is back', async () => {
    const said: string[] = [];
    const warn = (_fields: object, text: string) => void said.push(text);
    let asked = 0;
    world.rows.lagging = async () => {
      asked += 1;
      if (asked < 3) throw new Error('the database is away');
      return ['late'];
    };
    start({ warn, info: (text: string) => void said.push(text) } as unknown as Logger);
    await eventually(() => expect(queued).toEqual(['late']));
    await eventually(() =>
      expect(said).toEqual(['resync of what lags failed; it is tried again', 'resync of what lags succeeds again']),
    );
  });

  it('queues everything after the routes were restored', async () => {
    world.rowTable.set('echo', rowOf());
    restored = [true];
    start();
    await eventually(() => expect(queued).toEqual(['echo', 'echo'])); // as at every start, and for the routes
  });

  it('goes on when the queue was away', async () => {
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

  it('asks nobody any more once it is stopped', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    start();
    await eventually(() => expect(timers()).toBe(before + 2));
    await stop();
    await eventually(() => expect(timers()).toBe(before));
    expect(world.watching?.aborted).toBe(true);
  });
});
