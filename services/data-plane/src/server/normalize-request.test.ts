import { describe, expect, it } from '@jest/globals';
import { messageFault } from './normalize-request.js';

const message = (rawHeaders: string[], httpVersion = '1.1') => ({
  httpVersion,
  rawHeaders,
  headers: Object.fromEntries(
    rawHeaders.flatMap((name, i) => (i % 2 ? [] : [[name.toLowerCase(), rawHeaders[i + 1]]])),
  ),
});

describe('a request', () => {
  it.each([
    ['with a host', ['Host', 'gateway.example.com']],
    ['with a host and a port', ['HOST', 'localhost:8000']],
    ['with an IPv6 address', ['Host', '[::1]:8000']],
    ['with an empty host', ['Host', '']],
    ['in chunks', ['Host', 'a', 'Transfer-Encoding', 'Chunked']],
    ['with a client that waits', ['Host', 'a', 'Expect', '100-Continue']],
    ['of HTTP/1.0, which needs no host', [], '1.0'],
  ])('%s is accepted', (_what, headers, version = '1.1') => {
    expect(messageFault(message(headers, version))).toBeNull();
  });

  it.each([
    [505, 'of another version', ['Host', 'a'], '2.0'],
    [505, 'of a version that never was', ['Host', 'a'], '0.9'],
    [400, 'with two hosts', ['Host', 'a', 'host', 'a']],
    [400, 'without a host', []],
    [417, 'with another expectation', ['Host', 'a', 'Expect', 'more']],
    [400, 'with a path for a host', ['Host', 'a/b']],
    [400, 'with two hosts in one', ['Host', 'a, b']],
    [400, 'with a user before the host', ['Host', 'me@a']],
    [400, 'of HTTP/1.0 in chunks', ['Transfer-Encoding', 'chunked'], '1.0'],
    [501, 'that is compressed for the way', ['Host', 'a', 'Transfer-Encoding', 'gzip, chunked']],
  ])('is answered %d: %s', (status, _what, headers, version = '1.1') => {
    expect(messageFault(message(headers, version))?.status).toBe(status);
  });
});
