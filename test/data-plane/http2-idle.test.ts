import { once } from 'node:events';
import { expect, it } from '@jest/globals';
import { startGateway } from './support/gateway.js';
import { http2Client } from './support/http2.js';
import { routeTo, startUpstream } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const timeouts = { headersMs: 30_000, requestMs: 30_000, checkMs: 30_000, keepAliveMs: 200 };

it('the gateway closes an unused connection of HTTP/2, and keeps one with a silent stream', async () => {
  const { endpoint } = await startUpstream((req, res) => {
    if (req.method !== 'GET') return res.end('answer');
    return res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const { url } = await startGateway({ routes: [routeTo(endpoint)], wire: { http2Cleartext: true, timeouts } });
  const busy = http2Client(url);
  const stream = busy.start(PATH, { ':method': 'GET' });
  stream.end();
  await busy.headOf(stream);

  const idle = http2Client(url); // opened later, so its time ends later
  await idle.send(PATH, {}, '{}');
  await once(idle.session, 'close');

  expect(busy.session.closed).toBe(false);
  expect((await busy.send(PATH, {}, '{}')).text).toBe('answer');
});
