import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { AdapterRow } from '@mcp-gateway/database';
import { deleted, OTHER_ID, rowOf, silent, T1 } from '../test/fixtures.js';
import { World, type Crash } from '../test/world.js';
import type { Standing } from './plan.js';
import { reconciler } from './reconcile.js';
import { routeRestorer } from './routes.js';

const row = rowOf({ replicaCount: 2 });
const changed = rowOf({ replicaCount: 2, imageVersion: '2.0.0' }, { generation: 2 });
const scaled = rowOf({ replicaCount: 0 }, { generation: 2 });
const successor = rowOf({ replicaCount: 1 }, { id: OTHER_ID, generation: 3 });

/** A world in which this row has been reconciled to the end. */
async function worldWith(reconciled: AdapterRow | null): Promise<World> {
  const world = new World();
  if (reconciled) {
    world.rowTable.set('echo', reconciled);
    await world.converge('echo');
  }
  world.changes.length = 0;
  return world;
}
const savedRow = (world: World) => world.rowTable.get('echo');

describe('reconciling', () => {
  it('a new row starts it, then publishes, then saves what is seen', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    await world.reconcile('echo');
    expect(world.changes).toEqual(['apply echo ×2', 'publish echo 0/2', 'saveStatus echo Progressing']);
    expect(savedRow(world)).toMatchObject({ observedGeneration: 1, phase: 'Progressing' });
  });

  it('publishes a ready endpoint before it saves the status', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    await world.reconcile('echo');
    world.pass();
    world.changes.length = 0;
    await world.reconcile('echo');
    expect(world.changes).toEqual(['publish echo 2/2', 'saveStatus echo Ready']);
    expect(world.routeTable.get('echo')).toMatchObject({ resourceId: row.id, generation: 1, createdBy: 'alice' });
  });

  it('changes nothing of the workload when it runs again', async () => {
    const world = await worldWith(row);
    const before = world.picture();
    await world.reconcile('echo');
    await world.reconcile('echo');
    expect(world.changes.filter((change) => /^(apply|remove|withdraw|purge)/.test(change))).toEqual([]);
    expect(world.picture()).toBe(before);
  });

  it('a changed row applies it', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', changed);
    await world.reconcile('echo');
    expect(world.changes).toEqual(['apply echo ×2', 'publish echo 0/2', 'saveStatus echo Progressing']);
    expect(savedRow(world)).toMatchObject({ generation: 2, observedGeneration: 2 });
  });

  it('a change that needs no new replicas publishes it', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', rowOf({ replicaCount: 2, requiredRoles: ['team'] }, { generation: 2 }));
    await world.reconcile('echo');
    expect(world.changes).toEqual(['publish echo 2/2', 'saveStatus echo Ready']);
    expect(world.routeTable.get('echo')).toMatchObject({ requiredRoles: ['team'], generation: 2 });
  });

  it('a deleted row withdraws the route first, then ends what runs, and purges only when that is gone', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', deleted(row));
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo', 'remove echo']);
    await world.reconcile('echo'); // it is still ending
    expect(world.changes).toEqual(['withdraw echo', 'remove echo']);
    world.pass();
    await world.reconcile('echo');
    expect(world.changes.slice(2)).toEqual(['withdraw echo', 'purge echo']);
    expect([world.rowTable.size, world.routeTable.size, world.running.size]).toEqual([0, 0, 0]);
  });

  it('removes a workload that has no row, and its route', async () => {
    const world = await worldWith(row);
    world.rowTable.clear();
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo', 'remove echo']);
    await world.converge('echo');
    expect([world.routeTable.size, world.running.size]).toEqual([0, 0]);
  });

  it('withdraws the route of what has no row and does not run', async () => {
    const world = await worldWith(row);
    world.rowTable.clear();
    world.running.clear();
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo']);
  });

  it('removes the workload of an earlier adapter before it starts one for an adapter of the same name', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', successor);
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo', 'remove echo', 'saveConditions echo NameInUse']);
    await world.reconcile('echo'); // it is still ending
    expect(world.changes).toHaveLength(3);
    expect(savedRow(world)).toMatchObject({ observedGeneration: 0, phase: 'Pending' });
    await world.converge('echo');
    expect(world.routeTable.get('echo')).toMatchObject({ resourceId: OTHER_ID });
    expect(savedRow(world)).toMatchObject({ phase: 'Ready', observedGeneration: 3 });
    expect(world.violations).toEqual([]);
  });

  it('reports why the workload of an earlier adapter of the name is not removed yet', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', successor);
    const { observe } = world.runtime;
    const failure = { reason: 'PermissionMissing', message: 'It may not delete pods.' };
    Object.assign(world.runtime, { observe: async (ref: ResourceRef) => ({ ...(await observe(ref)), failure }) });
    await world.reconcile('echo');
    expect(savedRow(world)?.conditions[0]?.message).toContain('still being removed. It may not delete pods.');
  });

  it('does not save what it saw on a row that has changed meanwhile', async () => {
    const world = await worldWith(row);
    const { saveStatus } = world.rows;
    world.rows.saveStatus = (read, status) => {
      world.rowTable.set('echo', changed); // a client puts a new spec meanwhile
      return saveStatus(read, status);
    };
    await world.reconcile('echo');
    expect(savedRow(world)).toEqual(changed);
  });

  it.each(['observe', 'apply'] as const)(
    'reports it, and the change stays pending, when the runtime does not answer to %s',
    async (verb) => {
      const world = await worldWith(null);
      world.rowTable.set('echo', row);
      const unavailable = () => Promise.reject(new GatewayError('UNAVAILABLE', { detail: 'it is unavailable' }));
      Object.assign(world.runtime, { [verb]: unavailable });
      await expect(world.reconcile('echo')).rejects.toThrow('it is unavailable');
      expect(world.changes).toEqual(['saveConditions echo RuntimeUnavailable']);
      expect(savedRow(world)).toMatchObject({ observedGeneration: 0, phase: 'Pending' });
      expect(savedRow(world)?.conditions[0]?.message).toContain('The runtime does not answer: it is unavailable.');
    },
  );

  it.each<[what: string, of: AdapterRow, error: Error, changes: string[]]>([
    ['a deleted row', deleted(row), new GatewayError('UNAVAILABLE'), []],
    ['what is no outage', row, new GatewayError('INTERNAL'), []],
    ['a mistake of ours', row, new TypeError('a mistake'), []],
    ['an outage without a detail', row, new GatewayError('UNAVAILABLE'), ['saveConditions echo RuntimeUnavailable']],
  ])('fails, and saves no more than this of %s', async (_what, of, error, changes) => {
    const world = await worldWith(null);
    world.rowTable.set('echo', of);
    Object.assign(world.runtime, { observe: () => Promise.reject(error) });
    await expect(world.reconcile('echo')).rejects.toBe(error);
    expect(world.changes).toEqual(changes);
    for (const { message } of savedRow(world)?.conditions ?? []) expect(message).not.toContain('undefined');
  });

  it.each(['rows', 'runtime', 'routes'] as const)(
    'fails, to be run again, while the %s are unavailable',
    async (part) => {
      const world = await worldWith(null);
      world.rowTable.set('echo', row);
      const unavailable = () => Promise.reject(new Error('unavailable'));
      Object.assign(world[part], { find: unavailable, observe: unavailable, publish: unavailable });
      await expect(world.reconcile('echo')).rejects.toThrow('unavailable');
    },
  );
});

describe('a resource that runs nothing', () => {
  const endpoint = { id: 'elsewhere', url: 'https://mcp.example.com', path: '/v1', ready: true };
  const ready = { type: 'Ready' as const, status: 'True' as const, reason: 'Answers', message: 'It answers.' };
  const standing: Standing = { phase: 'Ready', conditions: [ready], endpoints: [endpoint], path: '/v1' };
  const partsOf = (world: World) => ({
    kind: {
      ...world.kind,
      async find(name: string) {
        const found = await world.kind.find(name);
        return found && { row: found.row, routing: { affinity: 'session' as const }, standing: () => standing };
      },
    },
    runtime: world.runtime,
    routes: world.routes,
    now: () => T1,
    log: silent,
  });

  it('is published and saved, and the runtime is asked for nothing', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    await reconciler(partsOf(world))('echo');
    expect(world.changes).toEqual(['publish echo 1/1', 'saveStatus echo Ready']);
    expect(world.routeTable.get('echo')).toMatchObject({ createdBy: 'alice', path: '/v1', endpoints: [endpoint] });
    expect(savedRow(world)).toMatchObject({
      replicas: [],
      conditions: [{ ...ready, lastTransitionTime: expect.any(String) }],
    });
  });

  it('ends what an earlier spec ran, once its route leads elsewhere', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', changed);
    await reconciler(partsOf(world))('echo');
    expect(world.changes).toEqual(['publish echo 1/1', 'saveStatus echo Ready', 'remove echo']);
    await reconciler(partsOf(world))('echo'); // it is still ending
    world.pass();
    await reconciler(partsOf(world))('echo');
    expect(world.changes.filter((change) => change === 'remove echo')).toHaveLength(1);
    expect([world.running.size, world.violations]).toEqual([0, []]);
  });

  it('is published and saved while the runtime does not answer', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    Object.assign(world.runtime, { observe: () => Promise.reject(new GatewayError('UNAVAILABLE')) });
    await expect(reconciler(partsOf(world))('echo')).rejects.toThrow(GatewayError);
    expect(world.changes).toEqual(['publish echo 1/1', 'saveStatus echo Ready']);
  });

  it('is withdrawn and purged when it is deleted', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    await reconciler(partsOf(world))('echo');
    world.rowTable.set('echo', deleted(row));
    await reconciler(partsOf(world))('echo');
    expect(world.changes.slice(2)).toEqual(['withdraw echo', 'purge echo']);
  });

  it('has its route again when Redis has lost all routes', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    world.complete = false;
    const { kind, ...parts } = partsOf(world);
    await routeRestorer({ ...parts, kinds: [kind] })();
    expect(world.routeTable.get('echo')?.endpoints).toEqual([endpoint]);
  });
});

const ways: [what: string, before: AdapterRow | null, after: AdapterRow | null][] = [
  ['a new row', null, row],
  ['a changed row', row, changed],
  ['a row without replicas', row, scaled],
  ['a deleted row', row, deleted(row)],
  ['a row that is deleted before any run', null, deleted(row)],
  ['a workload without a row', row, null],
  ['a name that another adapter took over', row, successor],
];

describe('reconciling ends the same, wherever the worker died on the way:', () => {
  async function run(before: AdapterRow | null, after: AdapterRow | null, crash?: Crash) {
    const world = new World(crash);
    if (before) {
      // It was brought there by a worker that did not die.
      const { running, routeTable, rowTable } = await worldWith(before);
      for (const [name, each] of running) world.running.set(name, each);
      for (const [name, each] of routeTable) world.routeTable.set(name, each);
      for (const [name, each] of rowTable) world.rowTable.set(name, each);
    }
    if (after) world.rowTable.set('echo', after);
    else world.rowTable.delete('echo');
    await world.converge('echo');
    return world;
  }

  it.each(ways)('%s', async (_what, before, after) => {
    const undisturbed = await run(before, after);
    expect(undisturbed.violations).toEqual([]);
    for (let at = 0; at < undisturbed.calls; at += 1) {
      for (const effect of [false, true]) {
        const world = await run(before, after, { at, effect });
        expect({ at, effect, picture: world.picture() }).toEqual({ at, effect, picture: undisturbed.picture() });
        expect(world.violations).toEqual([]);
      }
    }
  });
});
