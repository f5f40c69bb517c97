import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { head, open, send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { http2Client } from './support/http2.js';
import { rawConnection } from './support/raw.js';
import { routeTo, startUpstream } from './support/upstream.js';

const PATH = '/adapters/echo/mcp';
const SHORT = { headersMs: 100, requestMs: 200, keepAliveMs: 100, checkMs: 20 };

/** Every time limit that exists, set so low that each is reached within a second. */
describe('a stream that is silent for longer than every other time limit', () => {
  let gateway: Gateway;
  let streams: ServerResponse[];
  beforeEach(async () => {
    streams = [];
    const upstream = await startUpstream((req, res) => {
      if (req.headers['x-silent']) return;
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      streams.push(res);
    });
    const wire = { http2Cleartext: true, timeouts: SHORT };
    gateway = await startGateway({ routes: [routeTo(upstream.endpoint)], wire, timeoutMs: 400 });
  });

  /** Resolves when each limit has ended its target. */
  async function allLimits(): Promise<void> {
    const connections = [
      'GET /livez HTTP/1.1\r\nHost: localhost\r\n', // an incomplete head
      'POST /adapters HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf', // an incomplete body
      'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n', // no next request
    ].map((bytes) => {
      const connection = rawConnection(gateway.url);
      connection.write(bytes);
      return connection.ended();
    });
    const silent = send(gateway.url + PATH, { headers: { 'X-Silent': '1' } }).then(({ status }) => status);
    expect((await Promise.all([silent, ...connections]))[0]).toBe(504);
  }

  it.each(['GET', 'POST'])('continues: %s', async (method) => {
    const client = await open(gateway.url + PATH, { method, ...(method === 'POST' && { body: '{}' }) });
    expect(head(client).status).toBe(200);
    await allLimits();
    streams[0]?.write('data: after all\n\n');
    expect(String((await once(client, 'data'))[0])).toBe('data: after all\n\n');
  });

  it('continues over HTTP/2', async () => {
    const client = http2Client(gateway.url);
    const stream = client.start(PATH, { ':method': 'GET' });
    stream.end();
    await client.headOf(stream);
    await allLimits();
    streams[0]?.write('data: after all\n\n');
    expect(String((await once(stream, 'data'))[0])).toBe('data: after all\n\n');
  });

  it('leaves nothing of HTTP/2 behind', async () => {
    const client = http2Client(gateway.url);
    expect((await client.send('/livez', { ':method': 'GET' })).text).toBe('ok');
    await waitFor('the idle connection to be ended', () => client.session.closed || client.session.destroyed);
  });
});
