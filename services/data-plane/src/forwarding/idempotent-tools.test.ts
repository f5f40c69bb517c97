import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createUpstreams, type Upstreams } from '../upstream/pools.js';
import { idempotentTools, type IsIdempotent } from './idempotent-tools.js';
import { SessionUnknown } from '../upstream/call.js';

const TOOLS = [
  { name: 'look', annotations: { readOnlyHint: true } },
  { name: 'put', annotations: { idempotentHint: true } },
  { name: 'pay', annotations: { readOnlyHint: false } },
  { name: 'who' },
];

describe('the tool hints', () => {
  let server: Server;
  let upstreams: Upstreams;
  let isIdempotent: IsIdempotent;
  /** The answers to the next lists; later lists have the tools. */
  let statuses: (number | 'break')[];
  let asked: number;

  beforeEach(async () => {
    [statuses, asked] = [[], 0];
    server = createServer((req, res) => {
      asked += 1;
      const status = statuses.shift() ?? 200;
      if (status === 'break') return void req.socket.destroy();
      res.writeHead(status).end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools: TOOLS } }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    upstreams = createUpstreams({ timeoutMs: 10_000 });
    isIdempotent = idempotentTools(upstreams);
  });
  afterEach(async () => {
    await upstreams.close();
    server.close().closeAllConnections();
  });

  const ask = (tool: string, upstreamId = 's') => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const endpoint = { id: 'a', url, path: '/mcp', ready: true };
    return isIdempotent({ endpoint, upstreamId, headers: [], protocolVersion: undefined, tool });
  };

  it.each([
    ['look', true],
    ['put', true],
    ['pay', false],
    ['who', false],
    ['nobody knows', false],
  ])('decide whether a tool may run twice: %s, %s', async (tool, may) => {
    expect(await ask(tool)).toBe(may);
  });

  it('are queried once for many calls of a session', async () => {
    expect(await Promise.all(['look', 'pay', 'put'].map((tool) => ask(tool)))).toEqual([true, false, true]);
    expect(asked).toBe(1);
    await ask('look', 'another session');
    expect(asked).toBe(2);
  });

  it('are not cached when the server does not know the session', async () => {
    statuses = [404];
    await expect(ask('look')).rejects.toThrow(SessionUnknown);
    expect(await ask('look')).toBe(true);
  });

  it('are queried again when the server was lost before it answered', async () => {
    statuses = ['break'];
    await expect(ask('look')).rejects.toMatchObject({ code: 'UPSTREAM_GONE' });
    expect(await ask('look')).toBe(true);
  });
});
