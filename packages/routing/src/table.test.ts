import { expect, it } from '@jest/globals';
import { Route } from '@mcp-gateway/common/contracts';
import { ReplicaAddresses } from './table.js';

const MINUTES = 60_000;

const route = (name: string, ...addresses: string[]): Route =>
  Route.parse({
    kind: 'adapter',
    name,
    resourceId: name,
    generation: 1,
    createdBy: 'alice',
    requiredRoles: [],
    affinity: 'session',
    path: '/mcp',
    endpoints: [],
    addresses,
  });

it('knows a replica by each of its addresses, and nobody else', () => {
  const addresses = new ReplicaAddresses();
  addresses.replaceAll([route('echo', '10.0.0.7', 'fd00::7'), route('other', '10.0.0.8')], 0);
  const found = ['10.0.0.7', 'fd00::7', '10.0.0.8', '10.0.0.9'].map((each) => addresses.resourceAt(each, 0)?.name);
  expect(found).toEqual(['echo', 'echo', 'other', undefined]);
});

it.each([
  ['is withdrawn', (known: ReplicaAddresses) => known.replace(route('echo', '10.0.0.7'), undefined, 0)],
  [
    'has another replica',
    (known: ReplicaAddresses) => known.replace(route('echo', '10.0.0.7'), route('echo', '10.0.0.9'), 0),
  ],
  ['is missing from a full set', (known: ReplicaAddresses) => known.replaceAll([], 0)],
])('knows a replica for as long as it may run on after its route %s', (_, leave) => {
  const addresses = new ReplicaAddresses();
  addresses.replaceAll([route('echo', '10.0.0.7')], 0);
  leave(addresses);
  addresses.replaceAll([], 5 * MINUTES); // which does not begin the time anew
  expect(addresses.resourceAt('10.0.0.7', 10 * MINUTES)).toEqual({ kind: 'adapter', name: 'echo' });
  expect(addresses.resourceAt('10.0.0.7', 12 * MINUTES)).toBeUndefined();
});

it('gives an address to the adapter that has it now', () => {
  const addresses = new ReplicaAddresses();
  const before = route('echo', '10.0.0.7');
  addresses.replaceAll([before], 0);
  addresses.replace(undefined, route('other', '10.0.0.7'), 0);
  addresses.replace(before, undefined, 0);
  expect(addresses.resourceAt('10.0.0.7', 60 * MINUTES)).toEqual({ kind: 'adapter', name: 'other' });
});
