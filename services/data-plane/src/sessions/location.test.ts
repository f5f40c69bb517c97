import { expect, it } from '@jest/globals';
import { latest, type SessionLocation } from './location.js';

const after = (moves: number, name: string): SessionLocation => ({
  endpointId: name,
  upstreamId: 'raw',
  moves,
  closed: false,
});
const closed: SessionLocation = { ...after(0, 'closed'), closed: true };

const unverified: SessionLocation = { ...after(0, 'guessed'), unverified: true };

it.each([
  ['what was read when nothing was known', after(0, 'read'), undefined, 'read'],
  ['what was read after more moves', after(2, 'read'), after(1, 'known'), 'read'],
  ['what was read after as many', after(1, 'read'), after(1, 'known'), 'read'],
  ['what was known after more moves', after(0, 'read'), after(1, 'known'), 'known'],
  ['the known one when the one read is unverified', unverified, after(0, 'known'), 'known'],
  ['the one read when the known one is unverified', after(0, 'read'), unverified, 'read'],
  ['the end that was read', closed, after(3, 'known'), 'closed'],
  ['the end that was known', after(3, 'read'), closed, 'closed'],
])('the latest of two locations of a session is %s', (_what, read, known, expected) => {
  expect(latest(read, known).endpointId).toBe(expected);
});
