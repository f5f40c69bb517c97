import { describe, expect, it } from '@jest/globals';
import { requestFields } from './request-fields.js';
import { responseFields } from './response-fields.js';

describe('the headers of a request of HTTP/2', () => {
  it('have the host of its authority, whatever they say themselves', () => {
    const raw = [
      ':method',
      'GET',
      ':path',
      '/a',
      'host',
      'evil.example',
      ':authority',
      'localhost',
      'host',
      'b',
      'x',
      '1',
    ];
    expect(requestFields(raw, { hasBody: false })).toEqual({
      method: 'GET',
      path: '/a',
      headers: ['host', 'localhost', 'x', '1'],
    });
  });

  it('have their own host when there is no authority', () => {
    const raw = [':method', 'GET', ':path', '/a', 'host', 'localhost'];
    expect(requestFields(raw, { hasBody: false }).headers).toEqual(['host', 'localhost']);
  });
});

describe('the headers of an answer over HTTP/2', () => {
  it('are those of the message, and of those that there may be one of the first', () => {
    const raw = [
      'Content-Type',
      'a/b',
      'content-type',
      'c/d',
      'Connection',
      'close',
      'Set-Cookie',
      'a',
      'Set-Cookie',
      'b',
    ];
    expect(responseFields(raw)).toEqual({ 'content-type': ['a/b'], 'set-cookie': ['a', 'b'] });
  });
});
