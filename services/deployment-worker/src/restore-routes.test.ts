import type { ResourceRef } from '@mcp-gateway/common/contracts';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import { deleted, ID, OTHER_ID, rowOf, silent, T1 } from '../test/fixtures.js';
import { World } from '../test/world.js';
import { routeRestorer } from './restore-routes.js';

const restorer = ({ rows, runtime, routes }: World) =>
  routeRestorer({ rows, runtime, routes, now: () => T1, log: silent });

/** Two live adapters, one that is being deleted, and something that runs without a row. */
async function setUp() {
  const world = new World();
  for (const name of ['a', 'b', 'gone', 'stray']) {
    world.rowTable.set(name, rowOf({ name }));
    await world.settle(name);
  }
  world.rowTable.set('gone', deleted(rowOf({ name: 'gone' })));
  world.rowTable.delete('stray');
  world.changes.length = 0;
  const before = structuredClone([...world.routeTable.values()].filter(({ name }) => ['a', 'b'].includes(name)));
  return { world, before, restore: restorer(world) };
}
const never = () => Promise.reject(new Error('not there'));
const forget = (world: World) => {
  world.routeTable.clear();
  world.complete = false;
};

describe('restoring routes', () => {
  it('does nothing while Redis has them', async () => {
    const { world, restore } = await setUp();
    expect(await restore()).toBe(false);
    expect(world.changes).toEqual([]);
  });

  it('writes those of the live rows, in one go, when Redis has lost them', async () => {
    const { world, before, restore } = await setUp();
    forget(world);
    expect(await restore()).toBe(true);
    expect(world.changes).toEqual(['publishAll a,b']);
    expect([...world.routeTable.values()]).toEqual(before);
    expect(await restore()).toBe(false);
  });

  it('says that it is complete also when there is nothing to write', async () => {
    const world = new World();
    forget(world);
    const restore = restorer(world);
    expect(await restore()).toBe(true);
    expect(world.complete).toBe(true);
  });

  it('gives an adapter without replicas a route without endpoints', async () => {
    const { world, restore } = await setUp();
    world.running.delete('b');
    forget(world);
    await restore();
    expect(world.routeTable.get('b')).toMatchObject({ name: 'b', endpoints: [] });
  });

  it('does not lead to what runs for an earlier adapter of the name', async () => {
    const { world, restore } = await setUp();
    world.rowTable.set('b', rowOf({ name: 'b' }, { id: OTHER_ID }));
    forget(world);
    await restore();
    expect([...world.routeTable.values()].map(({ adapterId }) => adapterId)).toEqual([ID]);
  });

  it('leaves out a row that cannot be read, and writes all others', async () => {
    const { world, restore } = await setUp();
    forget(world);
    const { find } = world.rows;
    world.rows.find = (name) => (name === 'a' ? Promise.reject(new Error('does not fit')) : find(name));
    expect(await restore()).toBe(true);
    expect([...world.routeTable.keys()]).toEqual(['b']);
  });

  it('writes nothing when no row can be read', async () => {
    const { world, restore } = await setUp();
    forget(world);
    world.rows.find = () => Promise.reject(new Error('does not fit'));
    await expect(restore()).rejects.toThrow('does not fit');
    expect(world.changes).toEqual([]);
  });

  it.each([
    ['the database', 'rows', 'find'],
    ['the runtime', 'runtime', 'observe'],
  ] as const)('writes nothing when %s goes away on the way', async (_what, part, verb) => {
    const { world, restore } = await setUp();
    forget(world);
    const works = world[part] as unknown as Record<string, (of: string | ResourceRef) => Promise<unknown>>;
    const { [verb]: ask = never } = works;
    works[verb] = (of) =>
      (typeof of === 'string' ? of : of.name) === 'b' ? Promise.reject(new GatewayError('UNAVAILABLE')) : ask(of);
    await expect(restore()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(world.complete).toBe(false);
    expect(world.changes).toEqual([]);
  });
});
