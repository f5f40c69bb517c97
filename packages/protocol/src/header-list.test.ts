import { describe, expect, it } from '@jest/globals';
import { headerValue, headerValues, mapHeaders, withoutHeaders } from './header-list.js';

const HEADERS = ['Vary', 'Accept', 'X-Name', 'vary', 'VARY', 'Origin'];

describe('a header list', () => {
  it('gives the first value and all values of a name in any case', () => {
    expect(headerValue(HEADERS, 'vary')).toBe('Accept');
    expect(headerValues(HEADERS, 'vary')).toEqual(['Accept', 'Origin']);
    expect(headerValue(HEADERS, 'accept')).toBeUndefined();
  });

  it('removes headers by name, not by value', () => {
    expect(withoutHeaders(HEADERS, (name) => name === 'vary')).toEqual(['X-Name', 'vary']);
  });

  it('changes values and keeps names', () => {
    const changed = mapHeaders(HEADERS, (name, value) => (name === 'vary' ? value.toLowerCase() : value));
    expect(changed).toEqual(['Vary', 'accept', 'X-Name', 'vary', 'VARY', 'origin']);
  });
});
