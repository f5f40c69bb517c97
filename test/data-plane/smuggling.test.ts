import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { afterTest } from '../support/clean-up.js';
import { startGateway, type Gateway } from './support/gateway.js';
import { exchange } from './support/raw.js';

describe('a request to the management API that hides another one', () => {
  let gateway: Gateway;
  let seen: IncomingMessage[];
  beforeEach(async () => {
    seen = [];
    const controlPlane = createServer((req, res) => {
      seen.push(req);
      req.resume().on('end', () => res.end('{}'));
    }).listen(0, '127.0.0.1');
    await once(controlPlane, 'listening');
    afterTest(() => controlPlane.close());
    gateway = await startGateway({ controlPlane: `http://127.0.0.1:${(controlPlane.address() as AddressInfo).port}` });
  });

  it.each([
    [
      'CL.TE',
      'Content-Length: 6\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\nGET /adapters/hidden HTTP/1.1\r\nHost: x\r\n\r\n',
    ],
    ['TE.CL', 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', '1\r\nZ\r\nGET /adapters/hidden HTTP/1.1\r\n\r\n'],
    ['two lengths', 'Content-Length: 0\r\nContent-Length: 40\r\n', 'GET /adapters/hidden HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an obscured coding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\nGET /adapters/hidden HTTP/1.1\r\n\r\n'],
    [
      'a folded coding',
      'Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n',
      '0\r\n\r\nGET /adapters/hidden HTTP/1.1\r\n\r\n',
    ],
  ])('reaches no control plane: %s', async (_what, headers, rest) => {
    const head = `POST /adapters HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n`;
    const answer = await exchange(gateway.url, head + rest);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|501) /);
    expect(seen.map(({ url }) => url)).toEqual([]);
  });

  it.each(['/adapters/../../internal', '/adapters/%2e%2e/internal', '//evil.example/adapters', '/adapters\\..\\x'])(
    'reaches no other host, and no path that the data plane has not read the same way: %s',
    async (path) => {
      await exchange(gateway.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      for (const { url, headers } of seen) {
        expect(url).toBe(path);
        expect(headers.host).toMatch(/^127\.0\.0\.1:/);
      }
    },
  );

  it('has no say in where it comes from, nor in who the gateway is to the control plane', async () => {
    const invented = [
      'X-Forwarded-For: 203.0.113.9',
      'X-Forwarded-Host: evil.example',
      'Forwarded: for=203.0.113.9',
      'X_Forwarded_For: 203.0.113.9',
      'Connection: close, X-Request-Id, X-Forwarded-For, Authorization',
    ].join('\r\n');
    await exchange(
      gateway.url,
      `GET /adapters HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\n${invented}\r\n\r\n`,
    );
    const headers = seen[0]?.headers ?? {};
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113|evil/);
    expect(headers['x-request-id']).toBeDefined();
  });
});
