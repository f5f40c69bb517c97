import { beforeEach, describe, expect, it } from '@jest/globals';
import { adapterRows, type AdapterRow, type AdapterRows, type Database } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { create, ready, replica, spec } from './specs.js';

let url: string;
let database: Database;
let rows: AdapterRows;
let now: Date;

beforeEach(async () => {
  url = await freshDatabase();
  database = connect(url, { poolSize: 20 });
  now = new Date('2026-01-01T00:00:00.000Z');
  rows = adapterRows(database, () => now);
});

const status = { phase: 'Ready', conditions: [ready], replicas: [replica] } as const;
const copy = () => ({ ...status, conditions: [...status.conditions], replicas: [...status.replicas] });
const later = () => (now = new Date(now.getTime() + 60_000));

describe('create', () => {
  it('writes a pending row of generation 1', async () => {
    const row = await create(rows, spec('echo', { requiredRoles: ['Reader'] }), 'alice');
    expect(row).toEqual({
      kind: 'adapter',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'echo',
      spec: spec('echo', { requiredRoles: ['Reader'] }),
      createdBy: 'alice',
      tenant: 'default',
      generation: 1,
      observedGeneration: 0,
      phase: 'Pending',
      conditions: [],
      replicas: [],
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    });
    expect(await rows.find('echo')).toEqual(row);
  });

  it('gives a name to one of many callers at once, and null to the others', async () => {
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => rows.create(spec('echo'), `u${i}`)));
    const [winner, ...more] = results.filter((row) => row !== null);
    expect(more).toEqual([]);
    expect(results.filter((row) => row === null)).toHaveLength(9);
    expect(await rows.find('echo')).toEqual(winner);
  });

  it('takes over a row that is being deleted, as a new adapter whose generation counts on', async () => {
    const old = await observed(await create(rows, spec('echo', { requiredRoles: ['a'] }), 'alice'));
    await rows.markDeleted(old);
    later();
    const row = await create(rows, spec('echo', { imageVersion: '2.0.0' }), 'bob');
    expect(row).toMatchObject({
      createdBy: 'bob',
      generation: 3,
      observedGeneration: 1,
      phase: 'Pending',
      conditions: [],
      replicas: [],
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    });
    expect(row.id).not.toBe(old.id);
    expect(row.spec.imageVersion).toBe('2.0.0');
    expect(await visibleTo('nobody', ['a'])).toEqual([]);
    expect(await rows.find('echo')).toEqual(row);
  });

  it('lets one of many callers take over a row that is being deleted', async () => {
    const old = await create(rows, spec('echo'), 'alice');
    await rows.markDeleted(old);
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => rows.create(spec('echo'), `u${i}`)));
    expect(results.filter((row) => row !== null)).toHaveLength(1);
    expect((await rows.find('echo'))?.generation).toBe(3);
  });

  it('stores text unchanged, whatever it contains', async () => {
    const odd = spec('echo', {
      description: `'; DROP TABLE adapters; -- \\ " 🚀 \u2028`,
      environmentVariables: { A: '\\u0000{}' },
    });
    await create(rows, odd, `o'brien`);
    expect(await rows.find('echo')).toMatchObject({ spec: odd, createdBy: `o'brien` });
  });
});

describe('find', () => {
  it('answers null for an unknown name', async () => {
    expect(await rows.find('ghost')).toBeNull();
  });

  it('gives fields that an older version did not know their defaults', async () => {
    await create(rows, spec('echo'), 'alice');
    await database.$executeRaw`UPDATE adapters SET spec = spec - 'affinity' - 'healthCheck'`;
    expect((await rows.find('echo'))?.spec).toEqual(spec('echo'));
  });

  it('leaves out fields that only a newer version knows', async () => {
    await create(rows, spec('echo'), 'alice');
    await database.$executeRaw`UPDATE adapters SET spec = spec || '{"colour": "blue"}', conditions = '[{"type": "New"}]'`;
    expect(await rows.find('echo')).toMatchObject({ spec: spec('echo'), conditions: [] });
  });

  it('throws an error with the name of the adapter and without its secrets when the spec is not valid', async () => {
    await create(rows, spec('echo', { environmentVariables: { KEY: 's3cret' } }), 'alice');
    await database.$executeRaw`UPDATE adapters SET spec = spec || '{"replicaCount": "s3cret"}'`;
    const error: Error = await rows.find('echo').then(
      () => new Error('found'),
      (reason) => reason,
    );
    expect(error.message).toMatch(/adapter echo .*replicaCount/s);
    expect(error.message).not.toContain('s3cret');
  });
});

it('stores times correctly in every time zone of the connection', async () => {
  const elsewhere = adapterRows(
    connect(`${url}&options=${encodeURIComponent('-c timezone=America/New_York')}`),
    () => now,
  );
  const row = await create(elsewhere, spec('echo'), 'alice');
  expect(row.createdAt).toEqual(now);
  expect(await rows.find('echo')).toEqual(row);
  expect(await elsewhere.update(row, spec('echo', { replicaCount: 2 }))).toMatchObject({
    createdAt: now,
    updatedAt: now,
  });
});

describe('update', () => {
  it('increments the generation and stores the time', async () => {
    const row = await observed(await create(rows, spec('echo'), 'alice'));
    later();
    const changed = await rows.update(row, spec('echo', { replicaCount: 3, requiredRoles: ['B'] }));
    expect(changed).toMatchObject({ generation: 2, observedGeneration: 1, updatedAt: now, phase: 'Ready' });
    expect(changed?.spec.replicaCount).toBe(3);
    expect(changed?.createdAt).toEqual(row.createdAt);
    expect(await visibleTo('nobody', ['b'])).toEqual(['echo']);
  });

  it('lets one of twenty writers win that read the same generation', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => rows.update(row, spec('echo', { replicaCount: i }))),
    );
    const [winner, ...more] = results.filter((result) => result !== null);
    expect(more).toEqual([]);
    expect(await rows.find('echo')).toEqual(winner);
  });

  it('loses no write of twenty writers that retry until they win', async () => {
    await create(rows, spec('echo', { replicaCount: 0 }), 'alice');
    const raise = async (): Promise<void> => {
      const row = (await rows.find('echo')) as AdapterRow;
      const next = spec('echo', { replicaCount: row.spec.replicaCount + 1 });
      if (!(await rows.update(row, next))) await raise();
    };
    await Promise.all(Array.from({ length: 20 }, raise));
    expect(await rows.find('echo')).toMatchObject({ generation: 21, spec: { replicaCount: 20 } });
  });

  it('refuses a row that is being deleted or has become another adapter', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    await rows.markDeleted(row);
    expect(await rows.update({ ...row, generation: 2 }, spec('echo'))).toBeNull();
    const next = await create(rows, spec('echo'), 'bob');
    expect(await rows.update({ ...next, id: row.id }, spec('echo'))).toBeNull();
  });
});

describe('saveConditions', () => {
  it('writes the conditions alone, and only on the generation that was read', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    const { conditions } = copy();
    expect(await rows.saveConditions(row, conditions)).toBe(true);
    expect(await rows.find('echo')).toEqual({ ...row, conditions });
    expect(await rows.saveConditions({ ...row, generation: 2 }, [])).toBe(false);
    expect(await rows.saveConditions({ ...row, id: 'd9428888-122b-11e1-b85c-61cd3cbb3210' }, [])).toBe(false);
    expect(await rows.find('echo')).toEqual({ ...row, conditions });
  });
});

describe('saveStatus', () => {
  it('saves the observed state and keeps the time of the last change', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    later();
    expect(await rows.saveStatus(row, copy())).toBe(true);
    expect(await rows.find('echo')).toEqual({ ...row, ...status, observedGeneration: 1 });
  });

  it('ignores a row that has changed since', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    await rows.update(row, spec('echo', { replicaCount: 2 }));
    expect(await rows.saveStatus(row, copy())).toBe(false);
    expect(await rows.find('echo')).toMatchObject({ phase: 'Pending', observedGeneration: 0 });
  });

  it('ignores a new adapter of the same name', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    await rows.markDeleted(row);
    const next = await create(rows, spec('echo'), 'bob');
    expect(await rows.saveStatus({ ...next, id: row.id }, copy())).toBe(false);
    expect(await rows.saveStatus({ ...row, name: 'ghost' }, copy())).toBe(false);
  });

  it('writes nothing when nothing changed', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    await rows.saveStatus(row, copy());
    const version = () => database.$queryRaw`SELECT xmin::text, ctid::text FROM adapters`;
    const before = await version();
    expect(await rows.saveStatus(row, copy())).toBe(true);
    expect(await version()).toEqual(before);
    for (const change of [{ phase: 'Failed' as const }, { conditions: [] }, { replicas: [] }]) {
      expect(await rows.saveStatus(row, { ...copy(), ...change })).toBe(true);
      expect(await rows.find('echo')).toMatchObject(change);
    }
  });
});

describe('markDeleted and purge', () => {
  it('marks a row once and increments its generation, so that the worker reconciles it', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    expect(await rows.markDeleted(row)).toBe(true);
    expect(await rows.markDeleted(row)).toBe(false);
    expect(await rows.find('echo')).toMatchObject({ generation: 2, deletedAt: now, updatedAt: row.updatedAt });
  });

  it('removes only a row that is still marked deleted', async () => {
    const row = await create(rows, spec('echo'), 'alice');
    expect(await rows.purge(row)).toBe(false);
    await rows.markDeleted(row);
    const next = await create(rows, spec('echo'), 'bob');
    expect(await rows.purge(row)).toBe(false);
    expect(await rows.purge(next)).toBe(false);
    await rows.markDeleted(next);
    expect(await rows.purge(row)).toBe(false);
    expect(await rows.purge(next)).toBe(true);
    expect(await rows.find('echo')).toBeNull();
    expect(await rows.purge(next)).toBe(false);
  });

  it('never removes a row that another caller takes over at that moment', async () => {
    for (let round = 0; round < 20; round++) {
      const row = await create(rows, spec(`echo-${round}`), 'alice');
      await rows.markDeleted(row);
      const [next] = await Promise.all([create(rows, row.spec, 'bob'), rows.purge(row)]);
      expect(await rows.find(row.name)).toEqual(next);
    }
  });
});

describe('lagging and names', () => {
  it('lists the names that wait for a reconcile, up to the limit', async () => {
    await observed(await create(rows, spec('done'), 'alice'));
    await create(rows, spec('fresh'), 'alice');
    await rows.update(
      await observed(await create(rows, spec('changed'), 'alice')),
      spec('changed', { replicaCount: 2 }),
    );
    const deleted = await create(rows, spec('deleted'), 'alice');
    await rows.markDeleted(deleted);
    await observed({ ...deleted, generation: 2 });
    expect((await rows.lagging(10)).toSorted()).toEqual(['changed', 'deleted', 'fresh']);
    expect(await rows.lagging(2)).toHaveLength(2);
    expect(await rows.names()).toEqual(['changed', 'deleted', 'done', 'fresh']);
  });
});

async function observed(row: AdapterRow): Promise<AdapterRow> {
  expect(await rows.saveStatus(row, copy())).toBe(true);
  return (await rows.find(row.name)) as AdapterRow;
}

async function visibleTo(subject: string, roles: string[]): Promise<string[]> {
  return (await rows.list({ subject, roles, isAdmin: false }, { limit: 10 })).map(({ name }) => name);
}
