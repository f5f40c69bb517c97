import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { expectNoHoldUp, hostileTexts } from '../support/event-loop.js';
import { send, type SendOptions } from '../support/http.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

jest.setTimeout(120_000); // for a busy machine

/** Just below the data plane's limits for headers and bodies. */
const HEAD = 30_000;
const BODY = 4_000_000;
const PIECES = ['a', 'a.', 'a/', '-', '/a', ' ', '0', ',', ', a', ';=', '[', ':', '"', '%41', '<'];
const HEADERS = [
  'mcp-session-id',
  'last-event-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'accept',
  'accept-encoding',
  'content-type',
  'content-encoding',
  'authorization',
  'connection',
  'expect',
  'host',
  'origin',
  'access-control-request-headers',
  'sec-fetch-site',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-dev-userid',
  'x-dev-roles',
  'traceparent',
];

let gateway: Gateway;
beforeEach(async () => {
  const { endpoint } = await startUpstream((req, res) => void req.resume().once('end', () => res.end('{}')));
  gateway = await startGateway({ routes: [routeTo(endpoint), routeTo(endpoint, { name: 'plain', affinity: 'none' })] });
});

async function answered(path: string, options: SendOptions): Promise<void> {
  const { status } = await send(`${gateway.url}${path}`, options).catch((error: NodeJS.ErrnoException) => {
    // Node itself refuses what HTTP cannot express, such as a wrong length, by closing the connection.
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
    return { status: 400 };
  });
  expect(status).toBeLessThanOrEqual(503);
}

describe('text made to slow a parser down', () => {
  it('delays no other request in any header', async () => {
    for (const name of HEADERS) {
      const texts = [...hostileTexts(PIECES, HEAD)];
      await expectNoHoldUp(() =>
        Promise.all(
          texts.map((text, index) =>
            index % 2
              ? answered('/adapters/echo/mcp', { headers: { [name]: text }, body: '{}' })
              : answered('/adapters/plain/mcp', { method: 'GET', headers: { [name]: text } }),
          ),
        ),
      );
    }
  });

  it.each([
    ['a session id', '/adapters/echo/messages?sessionId='],
    ['a query', '/adapters/echo/mcp?'],
    ['the name of an adapter', '/adapters/'],
    ['a path', '/'],
    ['the path of the API', '/adapters/echo/logs?cursor='],
  ])('delays no other request in %s', async (_what, beginning) => {
    await expectNoHoldUp(async () => {
      for (const text of hostileTexts(PIECES, HEAD / 3)) {
        await answered(beginning + encodeURI(text), { body: '{}' });
        await answered(`${beginning}${encodeURIComponent(text)}/mcp`, { body: '{}' });
      }
    });
  });

  it.each([
    ['an id', (text: string) => `{"jsonrpc":"2.0","method":"tools/list","id":${JSON.stringify(text)}}`],
    ['a method', (text: string) => `{"jsonrpc":"2.0","id":1,"method":${JSON.stringify(text)}}`],
    ['the name of a tool', (text: string) => JSON.stringify({ id: 1, method: 'tools/call', params: { name: text } })],
    ['a cursor', (text: string) => JSON.stringify({ id: 1, method: 'tools/list', params: { cursor: text } })],
    ['no JSON', (text: string) => `{${text}`],
  ])('delays no other request in a message: %s', async (_what, message) => {
    const headers = { 'content-type': 'application/json', 'mcp-protocol-version': '2026-07-28' };
    await expectNoHoldUp(async () => {
      for (const text of hostileTexts(['a.', ' ', '"', '['], BODY / 4)) {
        await answered('/adapters/echo/mcp', { headers, body: message(text) });
        await answered('/adapters/echo/mcp', { body: message(text) });
      }
    });
  });
});
