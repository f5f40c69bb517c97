import { readFile } from 'node:fs/promises';
import { beforeAll, expect, it } from '@jest/globals';
import { Policy } from '@mcp-gateway/common/contracts';
import { compilePolicies, policyFaults } from '@mcp-gateway/identity';

let recipes: Policy[][];
beforeAll(async () => {
  const page = await readFile(new URL('../../docs/permissions.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```json\n(\[.*?)```/gs)].map(([, json = '']) => JSON.parse(json) as unknown[]);
  recipes = blocks.map((block) => block.map((each) => Policy.parse(each)));
});

/** Whether each call of a tool is refused: of a caller, with a role. */
const refused = (policies: Policy[], role: string, calls: [tool: string, given: object][]) => {
  const principal = { subject: 'bob', name: 'Bob', roles: [role], tenant: 'default' };
  const resource = { kind: 'adapter', name: 'echo', createdBy: 'alice' };
  const { decide } = compilePolicies(policies);
  return calls.map(([name, given]) =>
    Boolean(decide({ principal, resource, headers: {}, method: 'tools/call', params: { name, arguments: given } })),
  );
};

it('each recipe in docs/permissions.md is accepted, and does what its text says', () => {
  expect(recipes).toHaveLength(6);
  expect(recipes.map((policies) => policyFaults(policies))).toEqual(recipes.map(() => []));
  const [readers, folders, payments, sql, guests, names] = recipes as [
    Policy[],
    Policy[],
    Policy[],
    Policy[],
    Policy[],
    Policy[],
  ];

  expect(
    refused(readers, 'team', [
      ['read_x', {}],
      ['delete_x', {}],
    ]),
  ).toEqual([false, true]);
  expect(refused(readers, 'OPS', [['delete_x', {}]])).toEqual([false]);
  const paths = ['/data/a', '/data/../etc/x', '/etc/x'].map((path): [string, object] => ['read', { path }]);
  expect(refused(folders, 'team', [['list', {}], ...paths])).toEqual([false, false, true, true]);
  const amounts = [{ amount: 1000 }, { amount: 1000.01 }, {}].map((given): [string, object] => ['pay', given]);
  expect(refused(payments, 'team', amounts)).toEqual([false, true, true]);
  expect(refused(payments, 'finance', amounts)).toEqual([false, false, false]);
  const statements = ['Select 1', 'drop table a', 'select 1; drop table a', ' with x as (delete from a)'];
  expect(
    refused(
      sql,
      'team',
      statements.map((text) => ['query', { sql: text }]),
    ),
  ).toEqual([false, true, true, true]);
  const given = [{ path: '/a', limit: 1 }, {}, { path: '/a', Path: '/b' }, { 'pa\u0000th': 1 }];
  expect(
    refused(
      names,
      'team',
      given.map((each) => ['read', each]),
    ),
  ).toEqual([false, false, true, true]);
  expect(refused(guests, 'guest', [['any', {}]])).toEqual([false]);
  const read = { method: 'resources/read', params: { uri: 'file:///x' }, headers: {} };
  const resource = { kind: 'adapter', name: 'echo', createdBy: 'alice' };
  const by = (...roles: string[]) => ({ subject: 'bob', name: 'Bob', roles, tenant: 'default' });
  const { decide } = compilePolicies(guests);
  expect(decide({ ...read, resource, principal: by('Guest') })).toMatchObject({ policy: 'guests' });
  expect(decide({ ...read, resource, principal: by('team') })).toBeUndefined();
});
