import { expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { bodyOf } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { openStream } from './support/rpc.js';
import { openSession } from './support/session-server.js';
import { routeTo, startUpstream } from './support/upstream.js';

const STREAMS = 300;

it('streams whose connections to a replica break at once reconnect to it one after another', async () => {
  let open: ServerResponse[] = [];
  let isBack: (() => void) | undefined;
  const server = await startUpstream(async (req, res) => {
    await bodyOf(req);
    if (req.method !== 'GET') return res.writeHead(200, { 'mcp-session-id': 'raw' }).end('{}');
    open.push(res);
    isBack?.();
    return res.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n');
  });
  const gateway = await startGateway({ routes: [routeTo(server.endpoint)] });
  const session = await openSession(gateway.url);
  const streams = await Promise.all(Array.from({ length: STREAMS }, () => openStream(gateway.url, session)));
  expect(open).toHaveLength(STREAMS);

  const back = new Promise<void>((resolve) => (isBack = resolve));
  const broken = open;
  open = [];
  broken.forEach((res) => res.destroy());
  await back;
  expect(gateway.upstreams.inFlight(server.endpoint)).toBeLessThan(STREAMS / 2);
  streams.forEach((stream) => stream.destroy());
});
