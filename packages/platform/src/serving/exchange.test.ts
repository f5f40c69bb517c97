import { describe, expect, it } from '@jest/globals';
import { requestIdOf } from './exchange.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('the id of a request', () => {
  it.each(['01J9ZK', 'a.b:c/d+e=f@g-h_i', 'x'.repeat(128)])('is the one that the caller gave: %s', (given) => {
    expect(requestIdOf({ 'x-request-id': given })).toBe(given);
  });

  it.each([undefined, '', ' ', 'a b', 'a\nb', '"', 'ü', 'a, b', 'x'.repeat(129)])(
    'is a new one when the caller gave %j',
    (given) => {
      expect(requestIdOf({ 'x-request-id': given })).toMatch(UUID);
    },
  );
});
