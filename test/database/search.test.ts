import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdapterSpec } from '@mcp-gateway/common/contracts';
import { adapterRows, connectDatabase, type AdapterRows, type Database, type ListPage } from '@mcp-gateway/database';
import { freshDatabase } from '../support/postgres.js';
import { spec } from './specs.js';

const ROWS = 10_000;
const admin = { subject: 'root', roles: [] as string[], isAdmin: true };
const bob = { subject: 'bob', roles: ['Team'], isAdmin: false };

/** One of ten is for the team; one of a hundred is tagged `search`; `created_at` runs against the name, two rows a moment. */
const INSERT = `
  INSERT INTO adapters (name, id, spec, created_by, reader_roles, generation, observed_generation, phase, conditions, replicas, created_at, updated_at)
  SELECT 'a' || to_char(n, 'FM00000'), gen_random_uuid(),
    $1::jsonb || jsonb_build_object('name', 'a' || to_char(n, 'FM00000'), 'title', 'Server ' || n,
      'tags', CASE WHEN n % 100 = 0 THEN '["search", "all"]'::jsonb ELSE '["all"]'::jsonb END),
    'alice', CASE WHEN n % 10 = 0 THEN ARRAY['team'] ELSE ARRAY[]::text[] END, 2, 2 - n % 2,
    CASE WHEN n % 5 = 0 THEN 'Failed' ELSE 'Ready' END, '[]', '[]',
    timestamp '2026-01-02' - (n / 2) * interval '1 second', timestamp '2026-01-02'
  FROM generate_series(0, ${ROWS - 1}) AS n`;

const nameOf = (n: number) => `a${String(n).padStart(5, '0')}`;

describe('a list of ten thousand adapters', () => {
  let database: Database;
  let rows: AdapterRows;
  beforeAll(async () => {
    database = connectDatabase(await freshDatabase(), { poolSize: 2 });
    rows = adapterRows(database);
    await database.$executeRawUnsafe(INSERT, JSON.stringify(spec('x', { description: 'Räume BUCHEN 100%_\\' })));
    await database.$executeRawUnsafe('ANALYZE adapters');
  });
  afterAll(() => database.$disconnect());

  const names = async (page: ListPage, reader = admin) => (await rows.list(reader, page)).map(({ name }) => name);

  it.each<[string, Omit<ListPage, 'limit'>, number, string]>([
    ['all', {}, ROWS, nameOf(0)],
    ['by a word of the title', { words: ['server', '4321'] }, 1, nameOf(4321)],
    ['by a word in another case', { words: ['buchen', 'RÄUME'] }, ROWS, nameOf(0)],
    ['by signs that patterns give a meaning', { words: ['100%_\\'] }, ROWS, nameOf(0)],
    ['by what no entry has', { words: ['server', 'nowhere'] }, 0, ''],
    ['by a tag', { tags: ['search'] }, 100, nameOf(0)],
    ['by two tags', { tags: ['all', 'search'] }, 100, nameOf(0)],
    ['by an unknown tag', { tags: ['sea'] }, 0, ''],
    ['by the phase that was observed', { phases: ['Failed'] }, 1000, nameOf(0)],
    ['by the phase that follows from a change that waits', { phases: ['Progressing'] }, 5000, nameOf(1)],
    ['by two phases', { phases: ['Failed', 'Progressing'] }, 6000, nameOf(0)],
    ['by all together', { words: ['server'], tags: ['search'], phases: ['Failed'] }, 100, nameOf(0)],
  ])('%s has the right entries', async (_how, page, count, first) => {
    const found = await names({ limit: ROWS, ...page });
    expect([found.length, found[0] ?? '']).toEqual([count, first]);
    expect(found).toEqual(found.toSorted());
  });

  it('has the entries that the reader may read, under every filter', async () => {
    expect(await names({ limit: ROWS }, bob)).toHaveLength(1000);
    expect(await names({ limit: ROWS, tags: ['search'] }, bob)).toHaveLength(100);
    expect(await names({ limit: ROWS, words: ['4321'] }, bob)).toEqual([]);
    expect(await names({ limit: 3, order: '-createdAt' }, bob)).toEqual([nameOf(0), nameOf(10), nameOf(20)]);
  });

  it.each(['name', '-name', 'createdAt', '-createdAt', 'lastUpdatedAt', '-lastUpdatedAt'] as const)(
    'ordered by %s is the same in pages as in one',
    async (order) => {
      const all = await rows.list(admin, { limit: ROWS, order, tags: ['search'] });
      const paged: string[] = [];
      for (let page: ListPage | undefined = { limit: 17, order, tags: ['search'] }; page;) {
        const found: Awaited<ReturnType<AdapterRows['list']>> = await rows.list(admin, page);
        paged.push(...found.map(({ name }) => name));
        const last = found.at(-1);
        const afterTime = order.endsWith('createdAt') ? last?.createdAt : last?.updatedAt;
        page = last && { ...page, after: last.name, ...(order.endsWith('At') && afterTime && { afterTime }) };
      }
      expect(paged).toEqual(all.map(({ name }) => name));
      expect(new Set(paged).size).toBe(100);
    },
  );

  it.each([
    ['name', 'name > $1', 'name'],
    ['createdAt', "(created_at, name) > (timestamp '2026-01-01', $1)", 'created_at, name'],
    ['-lastUpdatedAt', "(updated_at, name) < (timestamp '2026-01-02', $1)", 'updated_at DESC, name DESC'],
  ])('reads a page by %s from an index, in its order', async (_order, after, order) => {
    const plan = await database.$queryRawUnsafe<Record<string, string>[]>(
      `EXPLAIN SELECT name FROM adapters WHERE deleted_at IS NULL AND ${after} ORDER BY ${order} LIMIT 100`,
      nameOf(5000),
    );
    const text = plan.map((line) => Object.values(line)[0]).join('\n');
    expect(text).toMatch(/Index (Only )?Scan/);
    expect(text).not.toMatch(/Sort|Seq Scan/);
  });

  it('follows a spec that changes, and one that a version without these columns writes', async () => {
    const row = await rows.create(AdapterSpec.parse(spec('fresh', { tags: ['one'], owner: 'Team Ö' })), 'alice');
    expect(await names({ limit: 9, words: ['team ö'] })).toEqual(['fresh']);
    if (row) await rows.update(row, AdapterSpec.parse(spec('fresh', { tags: ['two'] })));
    expect(await names({ limit: 9, tags: ['one'] })).toEqual([]);
    expect(await names({ limit: 9, tags: ['two'] })).toEqual(['fresh']);
    await database.$executeRawUnsafe(`UPDATE adapters SET spec = spec - 'tags' WHERE name = 'fresh'`);
    expect(await names({ limit: 9, tags: ['two'] })).toEqual([]);
  });
});
