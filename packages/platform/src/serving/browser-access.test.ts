import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { GatewayError } from '@mcp-gateway/common/errors';
import { browserAccess, checkBrowserAccess } from './browser-access.js';

const PORTAL = 'https://portal.example.com';

function decision(
  loopback: boolean,
  headers: IncomingHttpHeaders,
  allowedHosts: string[] = [],
  isDocument = false,
): string {
  try {
    checkBrowserAccess(headers, { allowedOrigins: [PORTAL], allowedHosts, loopback }, isDocument);
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
    // Loopback is the machine of the browser, which may be anybody's.
    ['gateway.example.com', 'http://localhost:3000', 'ORIGIN_NOT_ALLOWED'],
    ['gateway.example.com', 'https://gateway.example.com', 'ORIGIN_NOT_ALLOWED'],
    ['gateway.example.com', 'null', 'ORIGIN_NOT_ALLOWED'],
  ])('called as %s by a page of %s is %s', (host, origin, expected) => {
    expect(decision(false, { host, ...(origin !== undefined && { origin }) })).toBe(expected);
  });
});

describe.each([true, false])('a gateway with configured host names (loopback: %s)', (loopback) => {
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

describe('a browser that names no origin', () => {
  const IMAGE = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
  const LINK = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const FRAME = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' };
  const to = { local: 'localhost:8000', network: 'gateway.example.com' };

  it.each([
    // Of a page of another site; of a page of a sibling; of a page of the gateway's own; of nobody's page.
    { site: 'cross-site', fetch: IMAGE, local: false, network: false, document: false },
    { site: 'cross-site', fetch: FRAME, local: false, network: false, document: false },
    { site: 'cross-site', fetch: LINK, local: false, network: false, document: true },
    { site: 'cross-site', fetch: {}, local: false, network: false, document: false },
    { site: 'same-site', fetch: IMAGE, local: true, network: false, document: false },
    { site: 'same-site', fetch: LINK, local: true, network: false, document: true },
    { site: 'same-origin', fetch: IMAGE, local: true, network: true, document: true },
    { site: 'none', fetch: LINK, local: true, network: true, document: true },
    { site: undefined, fetch: { 'sec-fetch-mode': 'cors' }, local: true, network: true, document: true },
  ])('is accepted or refused by its fetch metadata: $site, $fetch', ({ site, fetch, ...expected }) => {
    const headers = { ...fetch, ...(site !== undefined && { 'sec-fetch-site': site }) };
    const isAllowed = (loopback: boolean, host: string, isDocument: boolean) =>
      decision(loopback, { ...headers, host }, [], isDocument) === 'allowed';
    expect({
      local: isAllowed(true, to.local, false),
      network: isAllowed(false, to.network, false),
      document: isAllowed(false, to.network, true),
    }).toEqual(expected);
  });

  it('is taken for a sibling of no page of this machine under a name that others may share', () => {
    const headers = { host: to.network, 'sec-fetch-site': 'same-site', ...IMAGE };
    expect(decision(true, headers, [to.network])).toBe('ORIGIN_NOT_ALLOWED');
  });

  it('is taken for a sibling of no page of this machine by a gateway that listens on the network', () => {
    const headers = { host: to.local, 'sec-fetch-site': 'same-site', ...IMAGE };
    expect(decision(false, headers)).toBe('ORIGIN_NOT_ALLOWED');
  });

  it('is accepted or refused by its origin alone when it names one', () => {
    const headers = { host: to.network, 'sec-fetch-site': 'cross-site' };
    expect(decision(false, { ...headers, origin: PORTAL })).toBe('allowed');
    expect(decision(false, { ...headers, origin: 'https://evil.example.com', ...LINK }, [], true)).toBe(
      'ORIGIN_NOT_ALLOWED',
    );
  });
});

describe('the host of the public URL', () => {
  const hostsOf = (host: string, hosts: string[]) =>
    browserAccess({
      MCP_GATEWAY_ALLOWED_ORIGINS: [],
      MCP_GATEWAY_ALLOWED_HOSTS: hosts,
      MCP_GATEWAY_HOST: host,
      MCP_GATEWAY_PUBLIC_URL: { hostname: 'tools.example.com', path: '', href: 'https://tools.example.com' },
    }).allowedHosts;

  it.each([
    { what: 'is a name of a gateway on loopback', host: '127.0.0.1', hosts: [], expected: ['tools.example.com'] },
    {
      what: 'is a name beside the configured ones',
      host: '0.0.0.0',
      hosts: ['gateway.example.com'],
      expected: ['gateway.example.com', 'tools.example.com'],
    },
    { what: 'restricts no gateway that accepts any name', host: '0.0.0.0', hosts: [], expected: [] },
  ])('$what', ({ host, hosts, expected }) => {
    expect(hostsOf(host, hosts)).toEqual(expected);
  });
});
