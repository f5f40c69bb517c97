import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { GatewayError } from '../errors/index.js';
import { checkBrowserAccess } from './browser-access.js';

const PORTAL = 'https://portal.example.com';

function decision(loopback: boolean, headers: IncomingHttpHeaders, allowedHosts: string[] = []): string {
  try {
    checkBrowserAccess(headers, { allowedOrigins: [PORTAL], allowedHosts, loopback });
    return 'allowed';
  } catch (error) {
    return (error as GatewayError).code;
  }
}

describe('a gateway on loopback', () => {
  it.each([
    ['localhost:8000', 'allowed'],
    ['localhost', 'allowed'],
    ['LOCALHOST:8000', 'allowed'],
    ['127.0.0.1:8000', 'allowed'],
    ['127.0.0.53', 'allowed'],
    ['[::1]:8000', 'allowed'],
    ['[0:0:0:0:0:0:0:1]:8000', 'allowed'],
    // DNS rebinding: a name of somebody else that points here.
    ['evil.example.com:8000', 'HOST_NOT_ALLOWED'],
    ['127.0.0.1.nip.io:8000', 'HOST_NOT_ALLOWED'],
    ['localhost.evil.example.com', 'HOST_NOT_ALLOWED'],
    ['127.0.0.1@evil.example.com', 'HOST_NOT_ALLOWED'],
    ['0.0.0.0:8000', 'HOST_NOT_ALLOWED'],
    ['10.0.0.1:8000', 'HOST_NOT_ALLOWED'],
    ['[::]:8000', 'HOST_NOT_ALLOWED'],
    ['[fe80::1]:8000', 'HOST_NOT_ALLOWED'],
    ['portal.example.com', 'HOST_NOT_ALLOWED'],
    ['[::1', 'HOST_NOT_ALLOWED'],
    ['', 'HOST_NOT_ALLOWED'],
  ])('called as %j is %s', (host, expected) => {
    expect(decision(true, { host })).toBe(expected);
  });

  it('called without a host is refused', () => {
    expect(decision(true, {})).toBe('HOST_NOT_ALLOWED');
  });

  it.each([
    [undefined, 'allowed'],
    [PORTAL, 'allowed'],
    ['http://localhost:3000', 'allowed'],
    ['https://127.0.0.1', 'allowed'],
    ['http://[::1]:6274', 'allowed'],
    ['http://portal.example.com', 'ORIGIN_NOT_ALLOWED'],
    ['https://portal.example.com:8443', 'ORIGIN_NOT_ALLOWED'],
    ['https://portal.example.com.evil.example', 'ORIGIN_NOT_ALLOWED'],
    ['https://evil.example.com', 'ORIGIN_NOT_ALLOWED'],
    ['http://localhost.evil.example.com', 'ORIGIN_NOT_ALLOWED'],
    ['http://evil.example.com/localhost', 'ORIGIN_NOT_ALLOWED'],
    [`${PORTAL}, https://evil.example.com`, 'ORIGIN_NOT_ALLOWED'],
    ['chrome-extension://abcdef', 'ORIGIN_NOT_ALLOWED'],
    ['file://', 'ORIGIN_NOT_ALLOWED'],
    ['null', 'ORIGIN_NOT_ALLOWED'], // a sandboxed frame, which any site can make
    ['', 'ORIGIN_NOT_ALLOWED'],
  ])('called by a page of %j is %s', (origin, expected) => {
    const headers = { host: 'localhost:8000', ...(origin !== undefined && { origin }) };
    expect(decision(true, headers)).toBe(expected);
  });

  it('refuses a rebound name even for a page that it takes for its own', () => {
    expect(decision(true, { host: 'evil.example.com', origin: PORTAL })).toBe('HOST_NOT_ALLOWED');
  });
});

describe('a gateway on the network', () => {
  it.each([
    ['gateway.example.com', undefined, 'allowed'],
    ['10.0.0.1:8000', undefined, 'allowed'],
    ['gateway.example.com', PORTAL, 'allowed'],
    // Loopback is the machine of whoever looks at the page, so anybody's.
    ['gateway.example.com', 'http://localhost:3000', 'ORIGIN_NOT_ALLOWED'],
    ['gateway.example.com', 'https://gateway.example.com', 'ORIGIN_NOT_ALLOWED'],
    ['gateway.example.com', 'null', 'ORIGIN_NOT_ALLOWED'],
  ])('called as %s by a page of %s is %s', (host, origin, expected) => {
    expect(decision(false, { host, ...(origin !== undefined && { origin }) })).toBe(expected);
  });
});

describe.each([true, false])('a gateway that is told its names (loopback: %s)', (loopback) => {
  it.each([
    ['gateway.example.com', 'allowed'],
    ['gateway.example.com:8443', 'allowed'],
    ['GATEWAY.example.com', 'allowed'],
    ['10.0.0.1:8000', 'allowed'],
    // Nobody else can point these anywhere; a port-forward comes with them.
    ['localhost:8000', 'allowed'],
    ['127.0.0.1', 'allowed'],
    ['evil.example.com', 'HOST_NOT_ALLOWED'],
    ['gateway.example.com.evil.example', 'HOST_NOT_ALLOWED'],
    ['sub.gateway.example.com', 'HOST_NOT_ALLOWED'],
    ['gateway.example.com@evil.example', 'HOST_NOT_ALLOWED'],
    ['10.0.0.2', 'HOST_NOT_ALLOWED'],
    ['', 'HOST_NOT_ALLOWED'],
  ])('called as %j is %s', (host, expected) => {
    expect(decision(loopback, { host }, ['gateway.example.com', '10.0.0.1'])).toBe(expected);
  });

  it('still refuses the pages of others', () => {
    const headers = { host: 'gateway.example.com', origin: 'https://gateway.example.com' };
    expect(decision(loopback, headers, ['gateway.example.com'])).toBe('ORIGIN_NOT_ALLOWED');
  });
});
