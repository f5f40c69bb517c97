import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from '@jest/globals';
import { bodyOf } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { begin, message } from './support/rpc.js';
import { inSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

/** Decodes what `Content-Encoding` announces, and throws on anything else. */
const startServer = async () => {
  const methods: string[] = [];
  const server = await startUpstream(async (req, res, { header }) => {
    const body = await bodyOf(req);
    const isCompressed = header('content-encoding')[0] === 'gzip';
    if (isCompressed && body[0] !== 0x1f) return res.writeHead(400).end('incorrect header check');
    const text = (isCompressed ? gunzipSync(body) : body).toString();
    const { id, method } = JSON.parse(text) as { id?: number; method: string };
    methods.push(method);
    if (id === undefined) return res.writeHead(202).end();
    const head = method === 'initialize' ? { 'mcp-session-id': 'raw' } : {};
    const result = { protocolVersion: '2025-11-25' };
    return res.writeHead(200, head).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
  return { ...server, methods };
};

it('replays the session of a client that compresses its requests with uncompressed messages', async () => {
  const [first, second] = [await startServer(), await startServer()];
  const gateway = await startGateway({ routes: [routeTo(first.endpoint)] });
  const session = await begin(gateway.url);
  await gateway.publish(routeTo(second.endpoint));
  const { status } = await inSession(gateway.url, session, {
    headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
    body: gzipSync(message('tools/list')),
  });
  expect(status).toBe(200);
  expect(second.methods).toEqual(['initialize', 'notifications/initialized', 'tools/list']);
});
