import { validateHeaderName, validateHeaderValue, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { requestHeaders, type Addition, type Identity } from './request-headers.js';
import { headerValues, withoutHeaders } from './header-list.js';
import { responseHeaders } from './response-headers.js';

const ALICE: Identity = { subject: 'alice', name: 'Alice', roles: ['team-a', 'team-b'] };
const ALICE_HEADERS = ['X-Mcp-UserId', 'alice', 'X-Mcp-UserName', 'Alice', 'X-Mcp-Roles', 'team-a,team-b'];

/** As Node parses them: lower-case names, with the values of one name joined. */
function parsed(raw: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = (raw[i] as string).toLowerCase();
    headers[key] = headers[key] === undefined ? (raw[i + 1] as string) : `${headers[key]}, ${raw[i + 1]}`;
  }
  return headers;
}
/** Without the request id, which every request has. */
const sent = (raw: readonly string[], identity = ALICE, more: Partial<Addition> = {}) => {
  const addition = { identity, requestId: 'r-1', forwarded: [], preserveHost: false, ...more };
  return withoutHeaders(requestHeaders(raw, parsed(raw), addition), (name) => name === 'x-request-id');
};
const CONTAINED = ['Content-Security-Policy', 'sandbox', 'X-Content-Type-Options', 'nosniff'];
const cases = (name: string) => [name, name.toLowerCase(), name.toUpperCase()];

const HOP_BY_HOP = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
];
/** These act on everything that the gateway's origin serves, or on a proxy in front of it. */
const OF_ORIGIN = [
  'Set-Cookie',
  'Set-Cookie2',
  'Clear-Site-Data',
  'Alt-Svc',
  'Strict-Transport-Security',
  'Public-Key-Pins',
  'Refresh',
  'Link',
  'Content-Location',
  'Service-Worker-Allowed',
  'NEL',
  'Report-To',
  'Reporting-Endpoints',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Timing-Allow-Origin',
  'Content-Security-Policy',
  'Content-Security-Policy-Report-Only',
  'X-Content-Type-Options',
  'Speculation-Rules',
  'Use-As-Dictionary',
  'X-Accel-Redirect',
  'X-Accel-Expires',
  'X-Sendfile',
  'X-Sendfile2',
  'X-Lighttpd-Send-File',
  'X-Reproxy-URL',
];
const CREDENTIALS = ['Authorization', 'Cookie'];
const IDENTITY = [
  'X-Mcp-UserId',
  'X-Mcp-UserName',
  'X-Mcp-Roles',
  'X-Gateway-Secret',
  'X-Dev-UserId',
  'X-Dev-Name',
  'X-Dev-Roles',
  'X-Dev-Anything',
  // Servers trust these from other gateways.
  'Remote-User',
  'X-Remote-User',
  'X-Remote-Groups',
  'X-Auth-Request-Email',
  'X-Ms-Client-Principal',
  'X-Ms-Client-Principal-Id',
  'Proxy',
  // Some servers treat both spellings as one name.
  'X_Mcp_UserId',
  'x-mcp_roles',
  'X_Gateway_Secret',
  'X_Dev_Roles',
];

const FROM_WHERE = [
  'Forwarded',
  'X-Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Forwarded-Port',
  'X-Forwarded-Prefix',
  'X_Forwarded_For',
  'X-Original-Forwarded-For',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Real-IP',
  'X-Client-IP',
  'True-Client-IP',
  'CF-Connecting-IP',
  'X-Envoy-External-Address',
];

const NEEDED = ['Accept', 'Content-Length', 'Content-Type', 'Cache-Control', 'Last-Event-ID', 'Mcp-Name'];

describe('headers that every recipient of a message needs', () => {
  it.each(NEEDED.flatMap(cases))('pass although Connection names them: %s', (name) => {
    const raw = ['Connection', `close, ${name}`, name, 'x'];
    expect(sent(raw)).toEqual([name, 'x', ...ALICE_HEADERS]);
    expect(responseHeaders(raw)).toEqual([name, 'x', ...CONTAINED]);
  });
});

describe('the headers of a request to a server', () => {
  it.each([...HOP_BY_HOP, ...CREDENTIALS, ...IDENTITY, 'Expect', 'Mcp-Session-Id'].flatMap(cases))(
    'do not include the client header %s',
    (name) => {
      expect(sent(['Accept', '*/*', name, 'of-the-client', 'X-Last', '1'])).toEqual([
        'Accept',
        '*/*',
        'X-Last',
        '1',
        ...ALICE_HEADERS,
      ]);
    },
  );

  it.each(FROM_WHERE.flatMap(cases))("do not include the client's %s, which the client may invent", (name) => {
    expect(sent([name, '6.6.6.6'])).toEqual(ALICE_HEADERS);
    expect(sent([name, '6.6.6.6'], ALICE, { forwarded: ['Forwarded', 'for=1.2.3.4'] })).toEqual([
      ...ALICE_HEADERS,
      'Forwarded',
      'for=1.2.3.4',
    ]);
  });

  it('include the headers of browser checks only for a server that does the check itself', () => {
    const raw = ['Host', 'gateway.example.com', 'Origin', 'https://a.example', 'Sec-Fetch-Site', 'cross-site'];
    expect(sent(raw)).toEqual(ALICE_HEADERS);
    expect(sent(raw, ALICE, { preserveHost: true })).toEqual([...raw, ...ALICE_HEADERS]);
    const named = ['Connection', 'host', 'Host', 'gateway.example.com'];
    expect(sent(named, ALICE, { preserveHost: true })).toEqual(['Host', 'gateway.example.com', ...ALICE_HEADERS]);
  });

  it('exclude all headers that Connection names, in any case and spacing', () => {
    const raw = [
      'Connection',
      'keep-alive ,X-Once',
      'X-ONCE',
      '1',
      'connection',
      'x-twice',
      'x-Twice',
      '2',
      'X-Kept',
      '3',
    ];
    expect(sent(raw)).toEqual(['X-Kept', '3', ...ALICE_HEADERS]);
  });

  it('name the caller, whatever Connection says', () => {
    expect(sent(['Connection', 'X-Mcp-UserId, X-Mcp-Roles'])).toEqual(ALICE_HEADERS);
  });

  it('keep the order, the spelling, the values and the duplicates of all others', () => {
    const raw = [
      ['ACCEPT', 'application/json', 'accept', 'text/event-stream'],
      ['Content-Type', 'application/json', 'Content-Length', '2', 'Referer', 'https://a.example/'],
      ['Mcp-Protocol-Version', '2025-11-25', 'Mcp-Method', 'tools/call', 'Mcp-Name', 'add', 'Last-Event-ID', '7'],
      ['traceparent', '00-a-b-01', 'Via', '1.1 a', 'X-Mcp-User', 'kept', 'X-Device', 'kept', 'X', ''],
    ].flat();
    expect(sent(raw)).toEqual([...raw, ...ALICE_HEADERS]);
  });

  it.each([
    ['José', 'José'],
    ['李雷 🦙', '李雷 🦙'],
    ['', ''],
    ['a\r\nX-Mcp-Roles: mcp.admin', 'a  X-Mcp-Roles: mcp.admin'],
    ['a\nb\0c\rd', 'a b c d'],
    ['\u0001\u001b[31m\u007f\u0085', '  [31m  '],
  ])('encode the name %j as UTF-8 in one line', (name, expected) => {
    const headers = sent([], { subject: name, name, roles: [name] });
    expect(headers).toHaveLength(6);
    for (let i = 0; i < headers.length; i += 2) {
      validateHeaderName(headers[i] as string);
      validateHeaderValue(headers[i] as string, headers[i + 1] as string);
      expect(Buffer.from(headers[i + 1] as string, 'latin1').toString('utf8')).toBe(expected);
    }
  });

  it('contain the request id once, whatever the client sent in whatever spelling', () => {
    const raw = ['x-request-id', 'of the client', 'X_Request_Id', 'another'];
    const addition = { identity: ALICE, requestId: 'r-1', forwarded: [], preserveHost: false };
    const headers = requestHeaders(raw, parsed(raw), addition);
    expect(headerValues(headers, 'x-request-id')).toEqual(['r-1']);
    expect(headerValues(headers, 'x_request_id')).toEqual([]);
  });

  it('do not include what ends at the gateway, however many other names it has seen', () => {
    for (let i = 0; i < 2_000; i += 1) sent([`X-Invented-${i}`, '1']);
    expect(sent(['X_MCP_userID', 'mallory', 'x-Invented-1999', '1', 'COOKIE', 'a=b'])).toEqual([
      'x-Invented-1999',
      '1',
      ...ALICE_HEADERS,
    ]);
  });

  it('say that a caller without roles has none', () => {
    expect(sent([], { ...ALICE, roles: [] }).slice(4)).toEqual(['X-Mcp-Roles', '']);
  });
});

describe('the headers of an answer to the client', () => {
  it.each([...HOP_BY_HOP, 'Mcp-Session-Id', ...OF_ORIGIN].flatMap(cases))("do not include the server's %s", (name) => {
    expect(responseHeaders(['Content-Type', 'text/plain', name, 'of-the-server', 'X-Last', '1'])).toEqual([
      'Content-Type',
      'text/plain',
      'X-Last',
      '1',
      ...CONTAINED,
    ]);
  });

  it('exclude all headers that any Connection header names', () => {
    const raw = ['X-Early', '1', 'Connection', 'X-Early', 'connection', 'close, X-Late', 'x-late', '2', 'X-Kept', '3'];
    expect(responseHeaders(raw)).toEqual(['X-Kept', '3', ...CONTAINED]);
  });

  it('keep the order, the spelling, the values and the duplicates of all others', () => {
    const raw = [
      ['X-Twice', 'b', 'Date', 'now', 'x-twice', 'a', 'Content-Type', 'text/event-stream', 'X-Accel-Buffering', 'no'],
      ['WWW-Authenticate', 'Bearer', 'Allow', 'GET', 'X-Mcp-UserId', 'kept', 'ETag', '"1"', 'X-Empty', ''],
    ].flat();
    expect(responseHeaders(raw)).toEqual([...raw, ...CONTAINED]);
  });
});
