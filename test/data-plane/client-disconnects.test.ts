import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { freePort } from '@mcp-gateway/platform/serving';
import { answerTo, head, send, start } from '../support/http.js';
import { startGateway } from './support/gateway.js';
import { routeTo, startUpstream } from './support/upstream.js';

const GARBAGE = { 'mcp-session-id': 'garbage' };
const MODERN = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };

/** An error without a listener ends the process; here, the test. */
describe('a client that hangs up in the middle of its request', () => {
  describe.each([{ 'transfer-encoding': 'chunked' }, { 'content-length': '1000000' }])('sent with %j', (framing) => {
    async function servers() {
      const answering = await startUpstream((_req, res) => res.writeHead(400).end('early'));
      const silent = await startUpstream(() => {});
      const refusing = { id: 'refusing', url: `http://127.0.0.1:${await freePort()}`, path: '/mcp', ready: true };
      const routes = [
        routeTo(answering.endpoint, { name: 'answering' }),
        routeTo(refusing, { name: 'refusing' }),
        routeTo([], { name: 'empty' }),
        routeTo(silent.endpoint, { name: 'silent' }),
      ];
      return { silent, url: (await startGateway({ routes, bodyBytes: 2_000_000 })).url };
    }

    it.each([
      ['unknown', {}, 404],
      ['answering', GARBAGE, 404],
      ['empty', {}, 503],
      ['refusing', {}, 502],
      ['refusing', MODERN, 502],
      ['answering', {}, 400],
      ['answering', MODERN, 400],
    ])('affects no other request after it has been answered (%s, %j, %d)', async (adapter, headers, status) => {
      const { url } = await servers();
      const req = start(`${url}/adapters/${adapter}/mcp`, {
        headers: { ...framing, ...headers, connection: 'keep-alive' },
      });
      req.write('the beginning');
      expect(head(await answerTo(req)).status).toBe(status);
      req.destroy();
      for (let round = 0; round < 5; round++) expect((await send(`${url}/livez`, { method: 'GET' })).text).toBe('ok');
    });

    it.each([[{}], [MODERN]])('affects no other request before it has been answered (%j)', async (headers) => {
      const { url, silent } = await servers();
      const req = start(`${url}/adapters/silent/mcp`, { headers: { ...framing, ...headers } });
      req.write('the beginning');
      const closed = once(req, 'close').catch(() => {});
      for (let round = 0; round < 5; round++) expect((await send(`${url}/livez`, { method: 'GET' })).text).toBe('ok');
      req.destroy();
      await closed;
      await expect(silent.seen[0]?.cut).resolves.toBeUndefined();
      for (let round = 0; round < 5; round++) expect((await send(`${url}/livez`, { method: 'GET' })).text).toBe('ok');
    });
  });
});
