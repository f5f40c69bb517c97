import { expect, it } from '@jest/globals';
import { pageOf } from './page.js';

const list = (...keys: string[]) => keys.map((key) => ({ key }));
const keys = (entries: readonly { key: string }[]) => entries.map(({ key }) => key);

it('pages follow each other, and the last has no cursor', () => {
  const all = list('a', 'b', 'c', 'd', 'e');
  const first = pageOf(all, undefined, 2);
  const second = pageOf(all, first.nextCursor, 2);
  const third = pageOf(all, second.nextCursor, 2);
  expect([first, second, third].map(({ entries }) => keys(entries))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  expect(third.nextCursor).toBeUndefined();
  expect(pageOf(list('a', 'b'), undefined, 2).nextCursor).toBeUndefined();
});

it('a cursor stays right when entries come and go between two pages', () => {
  const { nextCursor } = pageOf(list('b', 'd', 'f'), undefined, 2);
  expect(keys(pageOf(list('a', 'b', 'e', 'f', 'g'), nextCursor, 5).entries)).toEqual(['e', 'f', 'g']);
  expect(keys(pageOf([], nextCursor, 5).entries)).toEqual([]);
});

it.each(['', 'x', 'bnVsbA', Buffer.from('[2,"a"]').toString('base64url'), Buffer.from('[1]').toString('base64url')])(
  'refuses the cursor "%s"',
  (cursor) => expect(() => pageOf([], cursor, 1)).toThrow('The cursor is not valid'),
);
