import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { adapterRows, changeRows, type ChangeRows, type Database } from '@mcp-gateway/database';
import { connect, freshDatabase } from '../support/postgres.js';
import { create, spec } from './specs.js';

let database: Database;
let changes: ChangeRows;
let begin: number;
beforeEach(async () => {
  database = connect(await freshDatabase());
  changes = changeRows(database);
  begin = (await changes.ends()).newest;
});

const words = async (after = begin) =>
  (await changes.after(after, 100)).changes.map(({ type, name }) => `${type} ${name}`);

it('shows no change before one that is under way and has an earlier position', async () => {
  const rows = adapterRows(database);
  const committed = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const first = database.$transaction(async (transaction) => {
    await create(adapterRows(transaction as Database), spec('first'), 'alice');
    written.resolve();
    await committed.promise;
  });
  await written.promise;
  const second = create(rows, spec('second'), 'alice');
  await Promise.race([second, delay(300)]);
  expect(await words()).toEqual([]);
  committed.resolve();
  await Promise.all([first, second]);
  expect(await words()).toEqual(['created first', 'created second']);
});

it('begins with a mark, and keeps the newest changes', async () => {
  const rows = adapterRows(database);
  expect(await changes.ends()).toMatchObject({ oldest: begin, newest: begin, isWhole: true });
  for (const name of ['a', 'b', 'c']) await create(rows, spec(name), 'alice');
  expect(await changes.trim(2)).toBe(2);
  expect(await words(0)).toEqual(['created b', 'created c']);
  expect(await changes.ends()).toMatchObject({ isWhole: false });
  const { changes: kept, last, isFull, now } = await changes.after(0, 1);
  expect([kept.map(({ name }) => name), last, isFull]).toEqual([['b'], kept[0]?.position, true]);
  expect(now).toBeGreaterThan(last);
  expect(await changes.after(now, 5)).toMatchObject({ changes: [], last: now, isFull: false });
});
