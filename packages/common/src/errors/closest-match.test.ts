import { expect, it } from '@jest/globals';
import { closestMatch, misspelt } from './closest-match.js';

const KNOWN = [
  'name',
  'imageName',
  'imageVersion',
  'secretEnvironment',
  'environmentVariables',
  'replicaCount',
  'requiredRoles',
  'port',
  'path',
];

it.each(
  [
    ['nmae', 'name'],
    ['names', 'name'],
    ['IMAGE', 'imageName'],
    ['version', 'imageVersion'],
    ['imageTag', 'imageName'],
    ['env', 'environmentVariables'],
    ['replicas', 'replicaCount'],
    ['roles', 'requiredRoles'],
    ['ports', 'port'],
    ['url', undefined],
    ['extra', undefined],
    ['', undefined],
    ['x', undefined],
    ['constructor', undefined],
    ['replicas'.repeat(10_000), undefined],
  ].map(([name = '', expected]) => ({ start: name.slice(0, 20), name, expected })),
)('for "$start" the closest known name is $expected', ({ name, expected }) => {
  expect(closestMatch(name, KNOWN)).toBe(expected);
});

it.each([
  ['tools/cal', 'tools/call'],
  ['Tools/Call', 'tools/call'],
  ['tolos/call', 'tools/call'],
  ['tools/call', undefined],
  ['tools/search', undefined],
  ['*', undefined],
])('%s is a misspelt %s', (name, expected) => {
  expect(misspelt(name, ['tools/call', 'tools/list'])).toBe(expected);
});
