import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { AdapterRow } from '@mcp-gateway/database';
import { deleted, OTHER_ID, rowOf } from '../test/fixtures.js';
import { World, type Crash } from '../test/world.js';

const row = rowOf({ replicaCount: 2 });
const changed = rowOf({ replicaCount: 2, imageVersion: '2.0.0' }, { generation: 2 });
const scaled = rowOf({ replicaCount: 0 }, { generation: 2 });
const successor = rowOf({ replicaCount: 1 }, { id: OTHER_ID, generation: 3 });

/** A world in which this row has been reconciled to the end. */
async function worldWith(settled: AdapterRow | null): Promise<World> {
  const world = new World();
  if (settled) {
    world.rowTable.set('echo', settled);
    await world.settle('echo');
  }
  world.changes.length = 0;
  return world;
}
const statusOf = (world: World) => world.rowTable.get('echo');

describe('reconciling', () => {
  it('a new row starts it, then publishes, then saves what is seen', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    await world.reconcile('echo');
    expect(world.changes).toEqual(['apply echo ×2', 'publish echo 0/2', 'saveStatus echo Progressing']);
    expect(statusOf(world)).toMatchObject({ observedGeneration: 1, phase: 'Progressing' });
  });

  it('publishes what has become ready before it says so', async () => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    await world.reconcile('echo');
    world.pass();
    world.changes.length = 0;
    await world.reconcile('echo');
    expect(world.changes).toEqual(['publish echo 2/2', 'saveStatus echo Ready']);
    expect(world.routeTable.get('echo')).toMatchObject({ adapterId: row.id, generation: 1, createdBy: 'alice' });
  });

  it('changes nothing of what runs when it is asked again', async () => {
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
    expect(statusOf(world)).toMatchObject({ generation: 2, observedGeneration: 2 });
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

  it('ends and forgets what no row asks for', async () => {
    const world = await worldWith(row);
    world.rowTable.clear();
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo', 'remove echo']);
    await world.settle('echo');
    expect([world.routeTable.size, world.running.size]).toEqual([0, 0]);
  });

  it('withdraws the route of what has no row and does not run', async () => {
    const world = await worldWith(row);
    world.rowTable.clear();
    world.running.clear();
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo']);
  });

  it('clears away what ran for an earlier adapter before it starts anything for one of the same name', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', successor);
    await world.reconcile('echo');
    expect(world.changes).toEqual(['withdraw echo', 'remove echo', 'saveConditions echo NameInUse']);
    await world.reconcile('echo'); // it is still ending
    expect(world.changes).toHaveLength(3);
    expect(statusOf(world)).toMatchObject({ observedGeneration: 0, phase: 'Pending' });
    await world.settle('echo');
    expect(world.routeTable.get('echo')).toMatchObject({ adapterId: OTHER_ID });
    expect(statusOf(world)).toMatchObject({ phase: 'Ready', observedGeneration: 3 });
    expect(world.violations).toEqual([]);
  });

  it('tells an adapter what keeps an earlier one of its name from being removed', async () => {
    const world = await worldWith(row);
    world.rowTable.set('echo', successor);
    const { observe } = world.runtime;
    const failure = { reason: 'PermissionMissing', message: 'It may not delete pods.' };
    Object.assign(world.runtime, { observe: async (ref: ResourceRef) => ({ ...(await observe(ref)), failure }) });
    await world.reconcile('echo');
    expect(statusOf(world)?.conditions[0]?.message).toContain('still being removed. It may not delete pods.');
  });

  it('does not save what it saw on a row that has changed meanwhile', async () => {
    const world = await worldWith(row);
    const { saveStatus } = world.rows;
    world.rows.saveStatus = (read, status) => {
      world.rowTable.set('echo', changed); // somebody puts a new spec just now
      return saveStatus(read, status);
    };
    await world.reconcile('echo');
    expect(statusOf(world)).toEqual(changed);
  });

  it.each(['observe', 'apply'] as const)(
    'says so, and goes on waiting, when the runtime does not answer to %s',
    async (verb) => {
      const world = await worldWith(null);
      world.rowTable.set('echo', row);
      const away = () => Promise.reject(new GatewayError('UNAVAILABLE', { detail: 'it is away' }));
      Object.assign(world.runtime, { [verb]: away });
      await expect(world.reconcile('echo')).rejects.toThrow('it is away');
      expect(world.changes).toEqual(['saveConditions echo RuntimeUnavailable']);
      expect(statusOf(world)).toMatchObject({ observedGeneration: 0, phase: 'Pending' });
      expect(statusOf(world)?.conditions[0]?.message).toContain('The runtime does not answer: it is away.');
    },
  );

  it.each<[what: string, of: AdapterRow, error: Error, changes: string[]]>([
    ['a deleted row, whose conditions nobody reads', deleted(row), new GatewayError('UNAVAILABLE'), []],
    ['what is no outage', row, new GatewayError('INTERNAL'), []],
    ['a mistake of ours', row, new TypeError('a mistake'), []],
    [
      'an outage of which no more is said',
      row,
      new GatewayError('UNAVAILABLE'),
      ['saveConditions echo RuntimeUnavailable'],
    ],
  ])('fails, and saves no more than this of %s', async (_what, of, error, changes) => {
    const world = await worldWith(null);
    world.rowTable.set('echo', of);
    Object.assign(world.runtime, { observe: () => Promise.reject(error) });
    await expect(world.reconcile('echo')).rejects.toBe(error);
    expect(world.changes).toEqual(changes);
    for (const { message } of statusOf(world)?.conditions ?? []) expect(message).not.toContain('undefined');
  });

  it.each(['rows', 'runtime', 'routes'] as const)('fails, to be run again, while the %s are away', async (part) => {
    const world = await worldWith(null);
    world.rowTable.set('echo', row);
    const away = () => Promise.reject(new Error('away'));
    Object.assign(world[part], { find: away, observe: away, publish: away });
    await expect(world.reconcile('echo')).rejects.toThrow('away');
  });
});

const ways: [what: string, before: AdapterRow | null, after: AdapterRow | null][] = [
  ['a new row', null, row],
  ['a changed row', row, changed],
  ['a row without replicas', row, scaled],
  ['a deleted row', row, deleted(row)],
  ['a row that nobody has seen and that is deleted', null, deleted(row)],
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
    await world.settle('echo');
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
