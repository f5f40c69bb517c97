import { expect, it } from '@jest/globals';
import { TenantBody } from '@mcp-gateway/common/contracts';
import type { Principal } from '@mcp-gateway/common/principal';
import { placing, withTenant } from './membership.js';

const tenant = (id: string, members: object = {}, admins: object = {}) => TenantBody.parse({ id, members, admins });
const caller = (subject: string, claim = 'default', ...roles: string[]): Principal => ({
  subject,
  name: subject,
  roles,
  tenant: claim,
});

const TENANTS = [
  tenant(
    'zebra',
    { subjects: ['alice'], claims: ['acme.example', 'shared'], roles: ['Zoo'] },
    { roles: ['zoo.ADMIN'] },
  ),
  tenant(
    'acme',
    { subjects: [], claims: ['acme.example', 'zebra', 'default'], roles: ['zoo', 'office'] },
    { subjects: ['ann'] },
  ),
  tenant('default', { subjects: ['dora'] }, { subjects: ['ann'] }),
];

it.each<[string, Principal, string, string[]]>([
  ['nobody names', caller('bob'), 'default', []],
  ['a subject names, before the claim and the role', caller('alice', 'acme', 'office'), 'zebra', []],
  ['a claim is the id of, before the claims that others list', caller('bob', 'zebra'), 'zebra', []],
  ['comes first in the alphabet of those that list a claim', caller('bob', 'acme.example'), 'acme', []],
  ['a claim names, before the role', caller('bob', 'shared', 'office'), 'zebra', []],
  ['an unknown claim does not name', caller('bob', 'nobody'), 'default', []],
  ['a role names, in whatever case', caller('bob', 'nobody', 'x', 'OFFICE'), 'acme', []],
  ['the first role that names one names', caller('bob', 'default', 'zoo', 'office'), 'acme', []],
  ['is the default one, although the caller has a role of another', caller('dora', 'default', 'zoo'), 'default', []],
  ['an administrator is not thereby a member of', caller('bob', 'default', 'Zoo.Admin'), 'default', ['zebra']],
  ['an administrator of several belongs to', caller('ann', 'acme'), 'acme', ['acme', 'default']],
])('the tenant of a caller is the one that %s', (_, principal, expected, adminOf) => {
  const placed = placing({ all: () => TENANTS, onChange: () => {} }).place(principal);
  expect([placed.tenant, (placed.adminOf ?? []).toSorted()]).toEqual([expected, adminOf]);
});

it('changes with the tenants, also for a caller whose token is remembered', async () => {
  let tenants = [tenant('acme', { subjects: ['bob'] })];
  let changed = () => {};
  const table = { all: () => tenants, onChange: (listener: () => void) => void (changed = listener) };
  const bob = caller('bob');
  const placement = placing(table);
  const verify = withTenant(() => bob, placement);
  expect(verify({})).toMatchObject({ tenant: 'acme' });
  expect(verify({})).toBe(verify({}));
  tenants = [];
  changed();
  expect(verify({})).toBe(bob);
  expect(await withTenant(async () => bob, placement)({})).toBe(bob);
});

it('takes from a caller what its tenants take from it, and gives it nothing', () => {
  let tenants = TENANTS;
  let changed = () => {};
  const { place, again } = placing({ all: () => tenants, onChange: (listener) => void (changed = listener) });
  const [ann, bob] = [place(caller('ann', 'acme')), place(caller('bob'))];
  expect([again(ann), again(bob)]).toEqual([ann, bob]);
  expect([again(ann) === ann, again(bob) === bob]).toEqual([true, true]);
  tenants = TENANTS.filter(({ id }) => id !== 'acme').map((each) => ({
    ...each,
    admins: { ...each.admins, roles: [] },
  }));
  changed();
  expect(again(ann)).toEqual({ ...ann, adminOf: ['default'] });
  expect(again(ann)).toBe(again(ann));
  expect(again(bob)).toBe(bob);
});

it('gives a caller that is restricted to resources no tenant to administer', () => {
  const { place } = placing({ all: () => TENANTS, onChange: () => {} });
  const placed = place({ ...caller('ann', 'acme'), resources: [{ kind: 'adapter', name: 'echo' }] });
  expect([placed.tenant, placed.adminOf ?? []]).toEqual(['acme', []]);
});

it('guesses of a caller that is not signed in, without its claims', () => {
  const { guess } = placing({ all: () => TENANTS, onChange: () => {} });
  expect(guess({ subject: 'bob', roles: ['office', 'zoo.admin'] })).toEqual({ tenant: 'acme', adminOf: ['zebra'] });
});
