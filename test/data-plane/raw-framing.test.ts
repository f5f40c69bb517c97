import { beforeEach, describe, expect, it } from '@jest/globals';
import { bodyOf } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { exchange, rawConnection, statuses } from './support/raw.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const POST = 'POST /adapters/echo/mcp HTTP/1.1';
const HOST = ['Host: 127.0.0.1', 'X-Dev-UserId: alice'];
const CHUNKED = 'Transfer-Encoding: chunked';
const CLOSE = 'Connection: close';

let upstream: Upstream;
let gateway: Gateway;
let bodies: string[];
beforeEach(async () => {
  bodies = [];
  upstream = await startUpstream(async (req, res) => {
    const body = (await bodyOf(req).catch(() => Buffer.from('cut'))).toString();
    bodies.push(body);
    res.end(`got ${body}`);
  });
  gateway = await startGateway({ routes: [routeTo(upstream.endpoint)] });
});

/** A second request in bytes that may be taken for the body of the first, or the reverse. */
const SMUGGLED = ['GET /adapters/echo/mcp?smuggled HTTP/1.1', ...HOST, '', ''];

describe('a request with an ambiguous length (RFC 9112 §6.3, §11.2)', () => {
  it.each([
    ['length and chunks', ['Content-Length: 5', CHUNKED], ['0', '', ...SMUGGLED]],
    ['chunks and length', [CHUNKED, 'Content-Length: 5'], ['0', '', ...SMUGGLED]],
    ['two lengths', ['Content-Length: 1', 'Content-Length: 3'], ['abc']],
    ['two lengths that agree', ['Content-Length: 3', 'Content-Length: 3'], ['abc']],
    ['a list of lengths', ['Content-Length: 3, 3'], ['abc']],
    ['a length with a sign', ['Content-Length: +3'], ['abc']],
    ['a negative length', ['Content-Length: -3'], ['abc']],
    ['a hexadecimal length', ['Content-Length: 0x3'], ['abc']],
    ['an empty length', ['Content-Length:'], ['abc']],
    ['a length that overflows', ['Content-Length: 99999999999999999999'], ['abc']],
    ['chunks that something else ends', ['Transfer-Encoding: chunked, identity'], ['0', '', '']],
    ['chunks twice', [CHUNKED, CHUNKED], ['0', '', '']],
    ['chunks, and then not', [CHUNKED, 'Transfer-Encoding: identity'], ['0', '', '']],
    ['a coding behind a control character', ['Transfer-Encoding: \x0bchunked'], ['0', '', '']],
    ['a space before the colon', ['Transfer-Encoding : chunked'], ['0', '', '']],
    ['a line that is folded', ['Transfer-Encoding:', ' chunked'], ['0', '', '']],
    ['lines that end without CR', [`Content-Length: 3\n${CHUNKED}`], ['0', '', '']],
    ['a CR in a header', [`X-A: b\r${CHUNKED}`, 'Content-Length: 5'], ['0', '', '']],
    ['a NUL in a header', ['X-A: a\0b', 'Content-Length: 3'], ['abc']],
  ])('is refused, and its connection is closed: %s', async (_what, headers, rest) => {
    const received = await exchange(gateway.url, POST, ...HOST, ...headers, '', ...rest);
    expect(statuses(received)).toEqual([400]);
    expect(received).toMatch(/^Connection: close/im);
    expect(upstream.seen).toEqual([]);
  });

  it('is refused when HTTP/1.0 sends chunks', async () => {
    const received = await exchange(gateway.url, POST.replace('1.1', '1.0'), ...HOST, CHUNKED, '', '0', '', '');
    expect(statuses(received)).toEqual([400]);
    expect(upstream.seen).toEqual([]);
  });

  it.each(['gzip, chunked', 'xchunked'])('is refused with another transfer coding: %s', async (coding) => {
    const received = await exchange(gateway.url, POST, ...HOST, `Transfer-Encoding: ${coding}`, '', '0', '', '');
    expect(statuses(received)).toEqual([501]);
    expect(upstream.seen).toEqual([]);
  });
});

describe('a chunked body (RFC 9112 §7.1)', () => {
  const send = (...body: string[]) => exchange(gateway.url, POST, ...HOST, CLOSE, CHUNKED, '', ...body);

  it.each([
    ['of one', ['3', 'abc', '0', '', '']],
    ['of several', ['1', 'a', '2', 'bc', '0', '', '']],
    ['with leading zeros', ['0003', 'abc', '000', '', '']],
    ['with extensions', ['3;a=b;c="d e"', 'abc', '0;last', '', '']],
    ['with trailers', ['3', 'abc', '0', 'X-Trailer: 1', 'X-Dev-UserId: root', 'Mcp-Session-Id: x', '', '']],
  ])('arrives without its framing: %s', async (_what, body) => {
    expect(await send(...body)).toContain('got abc');
    expect(bodies).toEqual(['abc']);
    const headers = upstream.seen[0]?.headers.map(([name]) => name.toLowerCase());
    expect(headers?.filter((name) => /^(x-trailer|trailer|mcp-session-id|x-dev-userid)$/.test(name))).toEqual([]);
    expect(upstream.seen[0]?.header('x-mcp-userid')).toEqual(['alice']);
  });

  it.each([
    ['no number', ['zz', 'abc', '0', '', '']],
    ['a number that overflows', ['fffffffffffffffff', 'abc', '0', '', '']],
    ['a chunk that is longer than it says', ['2', 'abc', '0', '', '']],
    ['an extension that ends without CR', ['3;a\nabc', '0', '', '']],
  ])('is refused with %s', async (_what, body) => {
    expect(statuses(await send(...body))).toEqual([400]);
    expect(bodies).not.toContain('abc');
  });

  it('is refused with endless extensions', async () => {
    expect(statuses(await send(`3;${'a'.repeat(40_000)}`, 'abc', '0', '', ''))).toEqual([413]);
    expect(bodies).not.toContain('abc');
  });

  it('stays incomplete when the client leaves before its end', async () => {
    const connection = rawConnection(gateway.url);
    connection.write([POST, ...HOST, CHUNKED, '', '3', 'abc', ''].join('\r\n'));
    connection.write('zz\r\n');
    await connection.ended();
    expect(bodies).not.toContain('abc');
  });
});
