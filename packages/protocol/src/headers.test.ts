import { validateHeaderName, validateHeaderValue, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { requestHeaders, responseHeaders, type Identity } from './headers.js';

const ALICE: Identity = { subject: 'alice', name: 'Alice', roles: ['team-a', 'team-b'] };
const SAYS_ALICE = ['X-Mcp-UserId', 'alice', 'X-Mcp-UserName', 'Alice', 'X-Mcp-Roles', 'team-a,team-b'];

/** As Node parses them: lower-case names, values of one name joined. */
function parsed(raw: readonly string[]): IncomingHttpHeaders {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const key = (raw[i] as string).toLowerCase();
    headers[key] = headers[key] === undefined ? (raw[i + 1] as string) : `${headers[key]}, ${raw[i + 1]}`;
  }
  return headers;
}
const sent = (raw: readonly string[], identity = ALICE) => requestHeaders(raw, parsed(raw), identity);
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
  // Some servers turn both spellings into one name.
  'X_Mcp_UserId',
  'x-mcp_roles',
  'X_Gateway_Secret',
  'X_Dev_Roles',
];

const NEEDED = ['Host', 'Accept', 'Content-Length', 'Content-Type', 'Cache-Control', 'Last-Event-ID', 'Mcp-Name'];

describe('headers that everybody who reads a message needs', () => {
  it.each(NEEDED.flatMap(cases))('pass although Connection names them: %s', (name) => {
    const raw = ['Connection', `close, ${name}`, name, 'x'];
    expect(sent(raw)).toEqual([name, 'x', ...SAYS_ALICE]);
    expect(responseHeaders(raw)).toEqual([name, 'x']);
  });
});

describe('the headers of a request to a server', () => {
  it.each([...HOP_BY_HOP, ...CREDENTIALS, ...IDENTITY, 'Expect', 'Mcp-Session-Id'].flatMap(cases))(
    'have no %s of the client',
    (name) => {
      expect(sent(['Accept', '*/*', name, 'of-the-client', 'X-Last', '1'])).toEqual([
        'Accept',
        '*/*',
        'X-Last',
        '1',
        ...SAYS_ALICE,
      ]);
    },
  );

  it('have nothing that Connection names, in any case and spacing', () => {
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
    expect(sent(raw)).toEqual(['X-Kept', '3', ...SAYS_ALICE]);
  });

  it('say who calls, whatever Connection names', () => {
    expect(sent(['Connection', 'X-Mcp-UserId, X-Mcp-Roles'])).toEqual(SAYS_ALICE);
  });

  it('keep the order, the spelling, the values and the duplicates of all others', () => {
    const raw = [
      ['Host', 'gateway.example.com', 'ACCEPT', 'application/json', 'accept', 'text/event-stream'],
      ['Content-Type', 'application/json', 'Content-Length', '2', 'Origin', 'https://a.example'],
      ['Mcp-Protocol-Version', '2025-11-25', 'Mcp-Method', 'tools/call', 'Mcp-Name', 'add', 'Last-Event-ID', '7'],
      ['traceparent', '00-a-b-01', 'X-Forwarded-For', '10.0.0.1', 'X-Mcp-User', 'kept', 'X-Device', 'kept', 'X', ''],
    ].flat();
    expect(sent(raw)).toEqual([...raw, ...SAYS_ALICE]);
  });

  it.each([
    ['José', 'José'],
    ['李雷 🦙', '李雷 🦙'],
    ['', ''],
    ['a\r\nX-Mcp-Roles: mcp.admin', 'a  X-Mcp-Roles: mcp.admin'],
    ['a\nb\0c\rd', 'a b c d'],
    ['\u0001\u001b[31m\u007f\u0085', '  [31m  '],
  ])('carry the name %j as UTF-8 in one line', (name, expected) => {
    const headers = sent([], { subject: name, name, roles: [name] });
    expect(headers).toHaveLength(6);
    for (let i = 0; i < headers.length; i += 2) {
      validateHeaderName(headers[i] as string);
      validateHeaderValue(headers[i] as string, headers[i + 1] as string);
      expect(Buffer.from(headers[i + 1] as string, 'latin1').toString('utf8')).toBe(expected);
    }
  });

  it('say that somebody without roles has none', () => {
    expect(sent([], { ...ALICE, roles: [] }).slice(4)).toEqual(['X-Mcp-Roles', '']);
  });
});

describe('the headers of an answer to the client', () => {
  it.each([...HOP_BY_HOP, 'Mcp-Session-Id'].flatMap(cases))('have no %s of the server', (name) => {
    expect(responseHeaders(['Content-Type', 'text/plain', name, 'of-the-server', 'X-Last', '1'])).toEqual([
      'Content-Type',
      'text/plain',
      'X-Last',
      '1',
    ]);
  });

  it('have nothing that any Connection header names, wherever it stands', () => {
    const raw = ['X-Early', '1', 'Connection', 'X-Early', 'connection', 'close, X-Late', 'x-late', '2', 'X-Kept', '3'];
    expect(responseHeaders(raw)).toEqual(['X-Kept', '3']);
  });

  it('keep the order, the spelling, the values and the duplicates of all others', () => {
    const raw = [
      ['Set-Cookie', 'a=1', 'Date', 'now', 'set-cookie', 'b=2', 'Content-Type', 'text/event-stream'],
      ['WWW-Authenticate', 'Bearer', 'Allow', 'GET', 'X-Mcp-UserId', 'kept', 'ETag', '"1"', 'X-Empty', ''],
    ].flat();
    expect(responseHeaders(raw)).toEqual(raw);
  });
});
