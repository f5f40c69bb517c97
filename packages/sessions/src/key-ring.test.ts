import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { SessionKeyRing } from './key-ring.js';
import { sessionKey, type SessionKeys } from './sealed-id.js';

const [a, b, c] = [0, 1, 2].map(() => sessionKey(randomBytes(32))) as [SessionKeys[0], SessionKeys[0], SessionKeys[0]];
const MINUTE = 60_000;

/** The key that seals, at each time, while the list of keys changes as the steps say. */
function sealing(first: SessionKeys, steps: { at: number; keys?: SessionKeys }[]): SessionKeys[0][] {
  let now = 0;
  const ring = new SessionKeyRing(first, { now: () => now });
  return steps.map(({ at, keys }) => {
    now = at * MINUTE;
    if (keys) ring.replace(keys);
    return ring.sealing()[0];
  });
}

it('seals with a key that is alone at once', () => {
  expect(sealing([a], [{ at: 0 }, { at: 9 }])).toEqual([a, a]);
});

it('seals with a new first key once every data plane has had five minutes to read it', () => {
  const steps = [{ at: 10, keys: [b, a] as const }, { at: 14.9 }, { at: 15 }];
  expect(sealing([a], steps)).toEqual([a, a, b]);
});

it('unseals with a new key at once, and no longer with a removed one', () => {
  const ring = new SessionKeyRing([a]);
  ring.replace([b, a]);
  expect(ring.all).toEqual([b, a]);
  ring.replace([b]);
  expect(ring.all).toEqual([b]);
});

it('seals with the last key after a start, because the others may be new', () => {
  expect(sealing([c, b, a], [{ at: 0 }, { at: 4.9 }, { at: 5 }])).toEqual([a, a, c]);
});

it('seals with the newest key that has settled while keys change quickly', () => {
  const steps = [{ at: 10, keys: [b, a] as const }, { at: 13, keys: [c, b, a] as const }, { at: 15 }, { at: 18 }];
  expect(sealing([a], steps)).toEqual([a, a, b, c]);
});

it('never seals with a key that was removed', () => {
  const steps = [
    { at: 10, keys: [b, a] as const },
    { at: 11, keys: [b] as const },
  ];
  expect(sealing([a], steps)).toEqual([a, b]);
});

it('takes a key that comes back for a new one', () => {
  const steps = [
    { at: 10, keys: [b] as const },
    { at: 20, keys: [a, b] as const },
  ];
  expect(sealing([a], steps)).toEqual([b, b]);
});
