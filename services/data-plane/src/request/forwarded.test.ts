import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { forwardedBy } from './forwarded.js';

const HOST = 'gateway.example.com';

/** The headers about the origin of a request, by name. */
function told(
  trusted: string[],
  remoteAddress: string | undefined,
  headers: IncomingMessage['headers'] = {},
  encrypted = false,
): Record<string, string> {
  const request = { socket: { remoteAddress, encrypted }, headers: { host: HOST, ...headers } };
  const flat = forwardedBy(trusted)(request as unknown as IncomingMessage);
  return Object.fromEntries(Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]));
}
const clientOf = (...args: Parameters<typeof told>) => told(...args)['X-Forwarded-For'];
const via = (list: string) => ({ 'x-forwarded-for': list });

describe('the origin of a request', () => {
  it('is its connection', () => {
    expect(told([], '203.0.113.7')).toEqual({
      'X-Forwarded-For': '203.0.113.7',
      'X-Forwarded-Host': HOST,
      'X-Forwarded-Proto': 'http',
      Forwarded: `for=203.0.113.7;host="${HOST}";proto=http`,
    });
    expect(told([], '::1', {}, true)).toMatchObject({
      'X-Forwarded-For': '::1',
      'X-Forwarded-Proto': 'https',
      Forwarded: `for="[::1]";host="${HOST}";proto=https`,
    });
  });

  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    [undefined, undefined],
  ])('is written in canonical form: %s', (address, expected) => {
    expect(clientOf([], address)).toBe(expected);
  });

  it.each(['203.0.113.7', '::1', '10.0.0.1'])('ignores claims of clients and of untrusted proxies: %s', (peer) => {
    const claims = { ...via('6.6.6.6'), 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
    expect(told(['10.9.0.0/16', 'fd00::/8'], peer, claims)).toMatchObject({
      'X-Forwarded-For': peer,
      'X-Forwarded-Host': HOST,
      'X-Forwarded-Proto': 'http',
    });
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['6.6.6.6, 203.0.113.7', '203.0.113.7'],
    ['6.6.6.6, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    ['10.0.0.8', '10.0.0.8'],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['6.6.6.6, unknown', '10.0.0.1'],
    ['', '10.0.0.1'],
  ])('is the last address before the trusted proxies: %s', (list, expected) => {
    expect(clientOf(['10.0.0.0/8'], '10.0.0.1', via(list))).toBe(expected);
    expect(clientOf(['10.0.0.0/8'], '::ffff:10.0.0.1', via(list))).toBe(expected);
  });

  it('has the host and the protocol that the nearest trusted proxy received', () => {
    const said = { 'x-forwarded-host': 'evil.example, tools.example.com:8443', 'x-forwarded-proto': 'http, HTTPS' };
    expect(told(['fd00::/8', '10.0.0.1'], 'fd00::7', { ...via('203.0.113.7'), ...said })).toEqual({
      'X-Forwarded-For': '203.0.113.7',
      'X-Forwarded-Host': 'tools.example.com:8443',
      'X-Forwarded-Proto': 'https',
      Forwarded: 'for=203.0.113.7;host="tools.example.com:8443";proto=https',
    });
  });

  it('contains nothing that would begin another header or parameter', () => {
    const odd = { host: 'a";for=6.6.6.6', 'x-forwarded-host': 'b c', 'x-forwarded-proto': 'gopher' };
    expect(told(['10.0.0.1'], '10.0.0.1', odd)).toEqual({
      'X-Forwarded-For': '10.0.0.1',
      'X-Forwarded-Proto': 'http',
      Forwarded: 'for=10.0.0.1;proto=http',
    });
  });

  it('has the host of each request on the same connection', () => {
    const forwarded = forwardedBy([]);
    const socket = { remoteAddress: '203.0.113.7' };
    const ask = (host: string) => forwarded({ socket, headers: { host } } as unknown as IncomingMessage);
    expect([ask(HOST), ask('other.example.com')].map((flat) => flat[3])).toEqual([HOST, 'other.example.com']);
  });

  it('changes when a proxy sends another address on the same connection', () => {
    const forwarded = forwardedBy(['10.0.0.1']);
    const socket = { remoteAddress: '10.0.0.1' };
    const ask = (list: string) =>
      forwarded({ socket, headers: { host: HOST, ...via(list) } } as unknown as IncomingMessage);
    expect(ask('203.0.113.7')).toBe(ask('203.0.113.7'));
    expect(ask('203.0.113.8')[1]).toBe('203.0.113.8');
  });
});
