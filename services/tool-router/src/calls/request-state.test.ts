import { expect, it } from '@jest/globals';
import { RequestStates } from './request-state.js';

const [OLD, NEW] = ['an old secret of the gateway ......', 'a new secret of the gateway ......'];

it('opens what it has sealed, also with a secret that is no longer the first', () => {
  const sealed = new RequestStates(() => [OLD]).seal({ server: 'state' }, 'alice');
  expect(sealed).not.toContain('state');
  expect(new RequestStates(() => [NEW, OLD]).open(sealed, 'alice').server).toBe('state');
});

it.each<[what: string, open: (sealed: string) => unknown]>([
  ['of another caller or another tool', (sealed) => new RequestStates(() => [OLD]).open(sealed, 'mallory')],
  [
    'that has expired',
    (sealed) =>
      new RequestStates(
        () => [OLD],
        () => Date.now() + 3_600_000,
      ).open(sealed, 'alice'),
  ],
  ['of another gateway', (sealed) => new RequestStates(() => [NEW]).open(sealed, 'alice')],
  ['that was changed', (sealed) => new RequestStates(() => [OLD]).open(`${sealed.slice(0, -2)}AA`, 'alice')],
  ['that is none', () => new RequestStates(() => [OLD]).open('', 'alice')],
])('refuses a state %s', (_what, open) => {
  const sealed = new RequestStates(() => [OLD]).seal({ parked: 'id' }, 'alice');
  expect(() => open(sealed)).toThrow('Invalid or expired requestState');
});
