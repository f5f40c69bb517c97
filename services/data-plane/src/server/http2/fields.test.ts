import { once } from 'node:events';
import { connect, constants, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { requestFields, responseFields } from './fields.js';

describe('the headers of an HTTP/2 request', () => {
  it('take the host from the authority, whatever `host` says', () => {
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

  it('keep their own host when there is no authority', () => {
    const raw = [':method', 'GET', ':path', '/a', 'host', 'localhost'];
    expect(requestFields(raw, { hasBody: false }).headers).toEqual(['host', 'localhost']);
  });
});

/** Sends the headers as an HTTP/2 server does; resolves with the headers that the client gets. */
async function sent(status: number, raw: readonly string[]): Promise<Record<string, unknown>> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const asked = client.request({ ':method': 'POST' });
    const [stream] = (await once(server, 'stream')) as [ServerHttp2Stream];
    stream.respond({ ':status': status, ...responseFields(status, raw) });
    stream.end();
    const [headers] = (await once(asked.resume(), 'response')) as [Record<string, unknown>];
    await once(asked, 'close');
    return headers;
  } finally {
    client.destroy();
    server.close();
  }
}

const NAMES = Object.entries(constants).flatMap(([name, value]) =>
  name.startsWith('HTTP2_HEADER_') && !String(value).startsWith(':') ? [String(value)] : [],
);

describe('the headers of an answer over HTTP/2', () => {
  it('can all be sent, even when a server sends them twice', async () => {
    const lengths = ['content-length'];
    const names = [...NAMES.filter((name) => !lengths.includes(name)), 'constructor', '__proto__', 'toString'];
    const headers = await sent(
      200,
      [...names, ...names].flatMap((name) => [name, '1']),
    );
    expect(headers).toMatchObject({ ':status': 200, etag: '1', 'x-content-type-options': '1', constructor: '1, 1' });
    for (const name of ['trailer', 'te', 'http2-settings', 'upgrade']) expect(headers).not.toHaveProperty(name);
  });

  it.each([204, 205])('have no length with the status %s, which has no body', async (status) => {
    expect(await sent(status, ['Content-Length', '2', 'X-A', '1'])).toMatchObject({ ':status': status, 'x-a': '1' });
  });

  it('describe the message only, and keep the first value of single headers', () => {
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
    expect(responseFields(200, raw)).toEqual({ 'content-type': ['a/b'], 'set-cookie': ['a', 'b'] });
  });
});
