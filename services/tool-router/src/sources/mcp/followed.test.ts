import { expect, it } from '@jest/globals';
import { Followed } from './followed.js';

it.each([
  ['note://one', true],
  ['note://one/part', true],
  ['note://one?page=2', true],
  ['note://one#part', true],
  ['note://one-of-another', false],
  ['note://on', false],
])('who follows note://one hears of %s: %s', (uri, isTold) => {
  const told: unknown[] = [];
  const followed = new Followed();
  followed.add('note://one', (params) => void told.push(params['uri']));
  followed.tell({ uri });
  expect(told).toEqual(isTold ? [uri] : []);
});
