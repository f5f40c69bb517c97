import { describe, expect, it } from '@jest/globals';
import { Policy, Route, type ResourceRef } from '@mcp-gateway/common/contracts';
import type { AdapterRow } from '@mcp-gateway/database';
import type { Observation } from '@mcp-gateway/runtime';
import { GatewayError } from '@mcp-gateway/common/errors';
import { replicaOf, rowOf, seenOf, T0, deleted, ID, OTHER_ID, silent, T1 } from '../test/fixtures.js';
import { desiredAdapter } from './kinds.js';
import { observedStatus } from './observed-status.js';
import { routeOf, routeRestorer } from './routes.js';
import { World } from '../test/world.js';

const published = (of: AdapterRow, seen: Observation) => {
  const desired = desiredAdapter(of);
  return routeOf(desired, seen, observedStatus(desired, seen, T0).phase);
};

const row = rowOf(
  {
    replicaCount: 3,
    requiredRoles: ['Team'],
    affinity: 'none',
    sessionRecovery: 'terminate',
    sessions: { idleTimeoutSeconds: 600 },
    preserveHost: true,
    audit: { arguments: { tools: ['*'], redact: ['iban'] } },
    path: '/v1/mcp',
    environmentVariables: { KEY: 'hunter2' },
  },
  { generation: 4 },
);

describe('the route of an adapter', () => {
  it('has the roles, how to choose an endpoint, and every endpoint', () => {
    const replicas = [
      replicaOf(row, 0),
      replicaOf(row, 1, { state: 'Starting' }),
      replicaOf(row, 2, { state: 'Stopping', endpoint: null }),
      replicaOf(row, 2, { state: 'NotReady', revision: 'another' }),
    ];
    const route = published(row, seenOf(row, { replicas }));
    expect(route).toStrictEqual({
      kind: 'adapter',
      name: 'echo',
      resourceId: row.id,
      generation: 4,
      createdBy: 'alice',
      requiredRoles: ['Team'],
      affinity: 'none',
      sessionRecovery: 'terminate',
      sessions: { idleTimeoutSeconds: 600 },
      preserveHost: true,
      audit: { arguments: { tools: ['*'], redact: ['iban'] } },
      path: '/v1/mcp',
      endpoints: [
        { id: 'echo-0.a', url: 'http://127.0.0.1:9000', path: '/v1/mcp', ready: true, updated: true },
        { id: 'echo-1.a', url: 'http://127.0.0.1:9001', path: '/v1/mcp', ready: false, updated: true },
        { id: 'echo-2.a', url: 'http://127.0.0.1:9002', path: '/v1/mcp', ready: false, updated: false },
      ],
    });
    const { path: _, ...read } = route;
    expect(Route.parse(route)).toStrictEqual({ ...read, policies: [], tenant: 'default' });
    expect(published({ ...row, tenant: 'acme' }, seenOf(row)).tenant).toBe('acme');
    const tls = { credential: 'backend' };
    expect(published(rowOf({ tls }), seenOf(row)).tls).toEqual(tls);
    expect(published(rowOf({ bridge: true }), seenOf(row)).bridge).toBe(true);
    const policy = Policy.parse({ name: 'p', effect: 'deny', when: 'true' });
    const narrowed = { ...row, spec: { ...row.spec, policies: [policy] } };
    expect(published(narrowed, seenOf(narrowed)).policies).toEqual([policy]);
  });

  it.each([
    ['what its replica was started with, while a change rolls out', '/mcp', '/mcp'],
    ["the spec's, where the runtime does not know it", undefined, '/v1/mcp'],
  ])('has the path of each endpoint: %s', (_which, known, path) => {
    const endpoint = { id: 'echo-0.a', url: 'http://127.0.0.1:9000', ready: true, ...(known && { path: known }) };
    const replicas = [replicaOf(row, 0, { revision: 'another', endpoint }), replicaOf(row, 1)];
    const route = published(row, seenOf(row, { replicas }));
    expect(route.endpoints.map((each) => each.path)).toEqual([path, '/v1/mcp']);
  });

  it('has the source addresses of replicas, also of replicas that take no requests', () => {
    const addresses = ['10.0.0.7', 'fd00::7'];
    const replicas = [replicaOf(row, 0, { addresses }), replicaOf(row, 1, { endpoint: null, addresses: ['10.0.0.8'] })];
    const route = published(row, seenOf(row, { replicas }));
    expect(Route.parse(route).addresses).toEqual([...addresses, '10.0.0.8']);
  });

  it('has nothing that the data plane does not need', () => {
    expect(JSON.stringify(published(row, seenOf(row)))).not.toContain('hunter2');
  });
});

describe('an adapter without a ready replica', () => {
  const phaseIn = (spec: Parameters<typeof rowOf>[0], states: Parameters<typeof replicaOf>[2][]) => {
    const wanted = rowOf(spec);
    const replicas = states.map((state, i) => replicaOf(wanted, i, state));
    return published(wanted, seenOf(wanted, { replicas })).phase;
  };
  const crashing = { state: 'BackOff', restartCount: 9, endpoint: null } as const;

  it.each([
    { what: 'starts', spec: { replicaCount: 1 }, states: [{ state: 'Starting' }], phase: undefined },
    { what: 'has none yet', spec: { replicaCount: 1 }, states: [], phase: undefined },
    { what: 'has failed', spec: { replicaCount: 1 }, states: [crashing], phase: 'Failed' },
    { what: 'has one that serves', spec: { replicaCount: 2 }, states: [{}, crashing], phase: undefined },
    { what: 'is scaled to zero', spec: { replicaCount: 0 }, states: [], phase: 'Stopped' },
    { what: 'is about to be', spec: { replicaCount: 0 }, states: [{ state: 'Stopping' }], phase: 'Stopped' },
  ] as const)('is distinguished from others: one that $what', ({ spec, states, phase }) => {
    expect(phaseIn(spec, [...states])).toBe(phase);
  });
});

const restorer = ({ kind, runtime, routes }: World) =>
  routeRestorer({ kinds: [kind], runtime, routes, now: () => T1, log: silent });

/** Two live adapters, one that is being deleted, and something that runs without a row. */
async function setUp() {
  const world = new World();
  for (const name of ['a', 'b', 'gone', 'stray']) {
    world.rowTable.set(name, rowOf({ name }));
    await world.converge(name);
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

  it('marks the routes as complete also when there is nothing to write', async () => {
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
    expect([...world.routeTable.values()].map(({ resourceId }) => resourceId)).toEqual([ID]);
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
  ] as const)('writes nothing when %s becomes unavailable meanwhile', async (_what, part, verb) => {
    const { world, restore } = await setUp();
    forget(world);
    const works = world[part] as unknown as Record<string, (of: string | ResourceRef) => Promise<unknown>>;
    const { [verb]: method = never } = works;
    works[verb] = (of) =>
      (typeof of === 'string' ? of : of.name) === 'b' ? Promise.reject(new GatewayError('UNAVAILABLE')) : method(of);
    await expect(restore()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(world.complete).toBe(false);
    expect(world.changes).toEqual([]);
  });
});
