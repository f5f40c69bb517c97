import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRef, AdapterSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, type AdapterRow, type AdapterRows, type Database } from '@mcp-gateway/database';
import type { RedisClient } from '@mcp-gateway/platform/redis';
import { followRoutes, routePublisher, type RoutePublisher, type RouteTable } from '@mcp-gateway/routing';
import type { Runtime } from '@mcp-gateway/runtime';
import { afterTest } from '../support/clean-up.js';
import { connect, freshDatabase, silent } from '../support/postgres.js';
import { connectRedis, freshPrefix } from '../support/redis.js';
import { waitFor } from '../support/wait.js';
import { FakeRuntime } from './support/fake-runtime.js';
import { adapterKind, reconciler, routeRestorer } from './support/sources.js';

/** Two workers on one PostgreSQL, one Redis and one runtime. A test can pause the runtime of the older worker in a call. */
let fake: FakeRuntime;
let rows: AdapterRows;
let database: Database;
let redis: RedisClient;
let prefix: string;
let routes: RoutePublisher;
let table: RouteTable;
let olderPaused: Promise<void>;
let goOn: () => void;
let runtimeOfOlder: Runtime;

const spec = (more: Partial<AdapterSpec> = {}) =>
  AdapterSpec.parse({
    name: 'echo',
    imageName: 'mcp-example',
    imageVersion: '1.0.0',
    requiredRoles: ['team'],
    ...more,
  });
const now = () => new Date();
const older = (name: string) =>
  reconciler({ kind: adapterKind(rows), runtime: runtimeOfOlder, routes, now, log: silent })(name);
const newer = (name: string) => reconciler({ kind: adapterKind(rows), runtime: fake, routes, now, log: silent })(name);

/** The older worker pauses in its `nth` observation of the runtime, after it has read the row. */
function stopOlderAt(nth: number) {
  let observations = 0;
  const held = Promise.withResolvers<void>();
  const paused = Promise.withResolvers<void>();
  olderPaused = paused.promise;
  goOn = held.resolve;
  runtimeOfOlder = {
    apply: fake.apply,
    remove: fake.remove,
    list: fake.list,
    watch: fake.watch,
    async observe(name) {
      const seen = await fake.observe(name);
      observations += 1;
      if (observations === nth) {
        paused.resolve();
        await held.promise;
      }
      return seen;
    },
  };
}

/** Calls of which the one that ends first pauses at its end. */
function pauseAfterFirstCall() {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: paused, resolve: pause } = Promise.withResolvers<void>();
  let calls = 0;
  const pausing =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const result = await call(...args);
      calls += 1;
      if (calls > 1) return result;
      pause();
      await held;
      return result;
    };
  return { pausing, paused, release };
}

/** Runs the newer worker until nothing changes any more. */
async function settle(name: string) {
  for (let round = 0; round < 6; round += 1) {
    await newer(name);
    fake.pass();
  }
}

const published = async () => {
  await table.refresh(adapterRef('echo'));
  return table.get(adapterRef('echo'));
};

beforeEach(async () => {
  redis = await connectRedis();
  prefix = freshPrefix();
  fake = new FakeRuntime();
  database = connect(await freshDatabase());
  rows = adapterRows(database);
  routes = routePublisher(redis, prefix);
  table = followRoutes(redis, prefix, silent);
  afterTest(() => table.close());
  stopOlderAt(2);
});

describe('a run that outlived its lock and publishes last', () => {
  it('does not publish revoked roles again, nor save its status', async () => {
    const row = (await rows.create(spec(), 'alice')) as AdapterRow;
    const late = older('echo');
    await olderPaused;
    await rows.update(row, spec({ requiredRoles: [] }));
    await settle('echo');
    goOn();
    await late;
    expect(await published()).toMatchObject({ requiredRoles: [], generation: 2 });
    expect((await published())?.endpoints).toHaveLength(1);
    expect(await rows.find('echo')).toMatchObject({ observedGeneration: 2, phase: 'Ready' });
  });

  it('does not publish endpoints that a later run of the same generation has replaced', async () => {
    (await rows.create(spec(), 'alice')) as AdapterRow;
    const late = older('echo'); // its runtime reported no replica
    await olderPaused;
    await settle('echo');
    goOn();
    await late;
    expect((await published())?.endpoints).toMatchObject([{ ready: true }]);
    expect(await rows.find('echo')).toMatchObject({ phase: 'Ready' });
  });

  it('does not publish revoked roles again after a pause between its number and the row', async () => {
    const row = (await rows.create(spec(), 'alice')) as AdapterRow;
    const { pausing, paused, release } = pauseAfterFirstCall();
    const slow = {
      kind: adapterKind({ ...rows, find: pausing(rows.find) }),
      routes: { ...routes, beginRun: pausing(routes.beginRun) },
    };
    const late = reconciler({ ...slow, runtime: fake, now, log: silent })('echo');
    await paused;
    await rows.update(row, spec({ requiredRoles: [] }));
    await settle('echo');
    release();
    await late;
    expect(await published()).toMatchObject({ requiredRoles: [], generation: 2 });
  });

  it('does not publish the route of a deleted adapter again', async () => {
    const row = (await rows.create(spec(), 'alice')) as AdapterRow;
    const late = older('echo');
    await olderPaused;
    await rows.markDeleted(row);
    await settle('echo');
    expect(await rows.find('echo')).toBeNull();
    goOn();
    await late;
    expect(await published()).toBeUndefined();
  });

  it('does not replace the route of a new adapter of the same name', async () => {
    const row = (await rows.create(spec(), 'alice')) as AdapterRow;
    const late = older('echo');
    await olderPaused;
    await rows.markDeleted(row);
    await settle('echo');
    const anew = (await rows.create(spec({ requiredRoles: ['other'] }), 'bob')) as AdapterRow;
    await settle('echo');
    goOn();
    await late;
    expect(await published()).toMatchObject({ resourceId: anew.id, createdBy: 'bob', requiredRoles: ['other'] });
  });
});

describe('a run that outlived its lock and withdraws last', () => {
  /** The row that the older worker reads before another adapter takes the name. */
  const befores: [what: string, before: (row: AdapterRow) => Promise<unknown>][] = [
    ['a deleted row', async () => {}],
    ['no row', async () => settle('echo')],
  ];

  it.each(befores)(
    'keeps route and workload of the new adapter after the older worker has read %s',
    async (_what, before) => {
      const row = (await rows.create(spec(), 'alice')) as AdapterRow;
      await settle('echo');
      await rows.markDeleted(row);
      await before(row);
      stopOlderAt(1);
      const late = older('echo');
      await olderPaused;
      await settle('echo');
      const anew = (await rows.create(spec(), 'bob')) as AdapterRow;
      await settle('echo');
      goOn();
      await late;
      expect(await published()).toMatchObject({ resourceId: anew.id, endpoints: [{ ready: true }] });
      expect(fake.running.get('echo')?.removing).toBe(false);
    },
  );
});

describe('a run that began before its stores changed under it', () => {
  it('does not stop later runs when Redis has lost its data meanwhile', async () => {
    await rows.create(spec(), 'alice');
    const late = older('echo'); // its runtime reported no replica
    await olderPaused;
    await redis.del(await redis.keys(`*${prefix}*`));
    expect(await routeRestorer({ kinds: [adapterKind(rows)], runtime: fake, routes, now, log: silent })()).toBe(true);
    goOn();
    await late;
    await settle('echo');
    expect((await published())?.endpoints).toMatchObject([{ ready: true }]);
    expect(await rows.find('echo')).toMatchObject({ phase: 'Ready' });
  });

  it('gives way to a database that was restored from a backup', async () => {
    const row = (await rows.create(spec(), 'alice')) as AdapterRow;
    await settle('echo');
    const changed = (await rows.update(row, spec({ requiredRoles: ['mistake'] }))) as AdapterRow;
    await rows.update(changed, spec({ requiredRoles: ['mistake', 'another'] }));
    await settle('echo');
    await database.$executeRaw`UPDATE adapters SET generation = 1, observed_generation = 1, reader_roles = '{team}', spec = ${JSON.stringify(row.spec)}::jsonb`;
    await settle('echo');
    expect(await published()).toMatchObject({ requiredRoles: ['team'], generation: 1 });
    await rows.update((await rows.find('echo')) as AdapterRow, spec({ requiredRoles: [] }));
    await settle('echo');
    expect(await published()).toMatchObject({ requiredRoles: [], generation: 2 });
    await rows.markDeleted((await rows.find('echo')) as AdapterRow);
    await settle('echo');
    expect([await published(), await rows.find('echo'), fake.running.has('echo')]).toEqual([undefined, null, false]);
  });
});

it('a worker that restores all routes publishes no older route and no withdrawn one', async () => {
  const row = (await rows.create(spec(), 'alice')) as AdapterRow;
  const gone = (await rows.create(spec({ name: 'gone' }), 'alice')) as AdapterRow;
  stopOlderAt(2);
  const restore = routeRestorer({ kinds: [adapterKind(rows)], runtime: runtimeOfOlder, routes, now, log: silent });
  const restoring = restore();
  await olderPaused;
  await rows.update(row, spec({ requiredRoles: [] }));
  await rows.markDeleted(gone);
  await rows.create(spec({ name: 'fresh' }), 'alice');
  for (const name of ['echo', 'gone', 'fresh']) await settle(name);
  goOn();
  expect(await restoring).toBe(true);
  await waitFor('the full set', () => table.isLoaded());
  await Promise.all(['echo', 'gone', 'fresh'].map((name) => table.refresh(adapterRef(name))));
  expect([...table.all()].map(({ name, generation }) => `${name} ${generation}`).toSorted()).toEqual([
    'echo 2',
    'fresh 1',
  ]);
});

it('a worker that restores all routes keeps one that is published after a pause between its number and the names', async () => {
  await rows.create(spec(), 'alice');
  const { pausing, paused, release } = pauseAfterFirstCall();
  const slow = {
    kinds: [adapterKind({ ...rows, names: pausing(rows.names) })],
    routes: { ...routes, beginRun: pausing(routes.beginRun) },
  };
  const restoring = routeRestorer({ ...slow, runtime: fake, now, log: silent })();
  await paused;
  await rows.create(spec({ name: 'fresh' }), 'alice');
  await settle('fresh');
  release();
  expect(await restoring).toBe(true);
  await table.refresh(adapterRef('fresh'));
  expect(table.get(adapterRef('fresh'))).toBeDefined();
});
