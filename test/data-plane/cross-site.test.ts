import { beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../support/http.js';
import { startControlPlane, type ControlPlane } from '../control-plane/support/control-plane.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { routeTo, startUpstream, type Upstream } from './support/upstream.js';

const IMAGE = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' };
const LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

describe('a page of another site, whose browser sends no Origin', () => {
  let upstream: Upstream;
  let control: ControlPlane;
  let gateway: Gateway;
  beforeEach(async () => {
    upstream = await startUpstream((_req, res) => res.writeHead(200, { 'content-type': 'text/event-stream' }).end());
    control = await startControlPlane();
    const routes = [routeTo(upstream.endpoint, { createdBy: 'dev' })];
    gateway = await startGateway({ routes, controlPlane: control.url });
  });

  it.each(['/adapters/echo/sse', '/adapters/echo/mcp'])('opens nothing at %s', async (path) => {
    for (const headers of [IMAGE, LINK]) {
      const answer = await send(gateway.url + path, { method: 'GET', headers });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ error: { data: { code: 'ORIGIN_NOT_ALLOWED' } } });
    }
    expect(upstream.seen).toEqual([]);
  });

  it.each(['/openapi.json', '/adapters', '/adapters/echo/logs?follow=true'])(
    'embeds no %s, and may link to it',
    async (path) => {
      for (const url of [gateway.url, control.url]) {
        expect((await send(url + path, { method: 'GET', headers: IMAGE })).status).toBe(403);
        expect((await send(url + path, { method: 'GET', headers: LINK })).status).not.toBe(403);
        expect((await send(url + path, { method: 'DELETE', headers: LINK })).status).toBe(403);
      }
    },
  );
});
