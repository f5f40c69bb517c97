import { beforeEach, expect, it } from '@jest/globals';
import { adapterRows, migrate, type AdapterRows } from '@mcp-gateway/database';
import { connect, freshDatabase, sharedPostgres, silent } from '../support/postgres.js';
import { create, spec } from './specs.js';

const admin = { subject: 'root', roles: [], isAdmin: true };
const caller = (subject: string, ...roles: string[]) => ({ subject, roles, isAdmin: false });

let rows: AdapterRows;

beforeEach(async () => {
  rows = adapterRows(connect(await freshDatabase()));
});

const names = async (...args: Parameters<AdapterRows['list']>) => (await rows.list(...args)).map(({ name }) => name);

it('shows creators their own adapters, readers those that their roles permit, and admins all', async () => {
  await create(rows, spec('private'), 'alice');
  await create(rows, spec('shared', { requiredRoles: ['Team.Reader', 'other'] }), 'alice');
  const all = { limit: 10 };
  expect(await names(caller('alice'), all)).toEqual(['private', 'shared']);
  expect(await names(caller('bob'), all)).toEqual([]);
  expect(await names(caller('bob', 'team'), all)).toEqual([]);
  expect(await names(caller('bob', 'x', 'TEAM.reader'), all)).toEqual(['shared']);
  expect(await names(admin, all)).toEqual(['private', 'shared']);
});

it('compares creators byte by byte', async () => {
  await create(rows, spec('echo'), 'Alice');
  expect(await names(caller('alice'), { limit: 10 })).toEqual([]);
});

it('shows no adapter that is being deleted, not even to an admin', async () => {
  await rows.markDeleted(await create(rows, spec('echo'), 'alice'));
  expect(await names(admin, { limit: 10 })).toEqual([]);
  expect(await names(caller('alice'), { limit: 10 })).toEqual([]);
});

it('pages by name without gaps or doubles while rows come and go', async () => {
  for (const name of ['b', 'd', 'f', 'h']) await create(rows, spec(name), 'alice');
  expect(await names(admin, { limit: 2 })).toEqual(['b', 'd']);
  const gone = await rows.find('d');
  await rows.markDeleted({ name: 'd', id: String(gone?.id) });
  await create(rows, spec('a'), 'alice');
  await create(rows, spec('e'), 'alice');
  expect(await names(admin, { limit: 2, after: 'd' })).toEqual(['e', 'f']);
  expect(await names(admin, { limit: 2, after: 'f' })).toEqual(['h']);
  expect(await names(admin, { limit: 2, after: 'h' })).toEqual([]);
});

it('orders and pages by bytes in a database whose locale ignores hyphens', async () => {
  const { url } = await sharedPostgres();
  await connect(url('postgres')).$executeRawUnsafe(
    `CREATE DATABASE shifted TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US-u-ka-shifted'`,
  );
  await migrate(url('shifted'), silent);
  rows = adapterRows(connect(url('shifted')));
  const sorted = ['a', 'a-b', 'a0', 'aa', 'ab', 'b-1', 'b0', 'b1'];
  for (const name of sorted.toReversed()) await create(rows, spec(name), 'alice');
  const paged: string[] = [];
  for (let page = await names(admin, { limit: 1 }); page[0]; page = await names(admin, { limit: 1, after: page[0] })) {
    paged.push(...page);
  }
  expect(paged).toEqual(sorted);
  expect(await names(admin, { limit: 20 })).toEqual(sorted);
  expect(await rows.names()).toEqual(sorted);
});
