import { describe, expect, it } from '@jest/globals';
import { send, start, answerTo } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startTcpUpstream } from './support/upstream.js';

const EVENTS = 'Content-Type: text/event-stream\r\n';
const JSON_OF_TWO = 'Content-Type: application/json\r\nContent-Length: 2\r\n';
const HEADS = ['X-A: a\x01b', 'X-A: a\x7fb', 'X-A: \x0bb', 'X-\xe9: a', '__proto__: x'];

/** The server sends a head that Node may refuse to write. */
describe.each(HEADS)('an answer with %j', (odd) => {
  it.each([
    { what: 'a body', head: `200 OK\r\n${JSON_OF_TWO}`, rest: '{}' },
    { what: 'no body', head: '202 Accepted\r\nContent-Length: 0\r\n', rest: '' },
    { what: 'an event', head: `200 OK\r\n${EVENTS}`, rest: 'event: endpoint\ndata: /messages\n\n' },
    { what: 'a quiet stream', head: `200 OK\r\n${EVENTS}`, rest: '' },
    { what: 'a session', head: `200 OK\r\nMcp-Session-Id: s\r\n${JSON_OF_TWO}`, rest: '{}' },
  ])('with $what is answered in a valid form, and so is the next request', async ({ head, rest }) => {
    const bytes = Buffer.from(`HTTP/1.1 ${head}${odd}\r\n\r\n${rest}`, 'latin1');
    const endpoint = await startTcpUpstream((socket) => void socket.write(bytes));
    const { url } = await startGateway({ routes: [routeTo(endpoint)] });
    for (const [path, method] of [
      ['/adapters/echo/mcp', 'POST'],
      ['/adapters/echo/mcp', 'GET'],
      ['/adapters/echo/sse', 'GET'],
    ] as const) {
      const request = start(url + path, { method });
      request.end();
      const { statusCode = 0 } = await answerTo(request);
      expect([200, 202, 502, 500]).toContain(statusCode);
      request.destroy();
    }
    expect((await send(`${url}/livez`, { method: 'GET' })).status).toBe(200);
  });
});
