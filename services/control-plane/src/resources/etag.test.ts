import { describe, expect, it } from '@jest/globals';
import { etagOf, matchesIfMatch } from './etag.js';

const current = { id: '0f8fad5b-d9cb-469f-a165-70867728950e', generation: 7 };
const TAG = '"0f8fad5b-7"';

describe('the ETag of a resource', () => {
  it('names the resource and its generation', () => {
    expect(etagOf(current)).toBe(TAG);
    expect(etagOf({ ...current, generation: 8 })).not.toBe(TAG);
    expect(etagOf({ ...current, id: '1f8fad5b-d9cb-469f-a165-70867728950e' })).not.toBe(TAG);
  });

  it.each([
    [undefined, true],
    ['*', true],
    [' * ', true],
    [TAG, true],
    [`"x",${TAG}`, true],
    [`"x" , ${TAG} , "y"`, true],
    ['', false],
    ['"*"', false],
    [`W/${TAG}`, false],
    [`"x${TAG}`, false],
    ['"0f8fad5b-70"', false],
    ['"0f8fad5b-"', false],
    ['0f8fad5b-7', false],
  ])('If-Match: %s lets a change of it through: %s', (header, expected) => {
    expect(matchesIfMatch(header)(current)).toBe(expected);
  });
});
