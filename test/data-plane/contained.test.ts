import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@mcp-gateway/platform/logging';
import { listen } from '@mcp-gateway/platform/serving';
import { afterTest } from '../support/clean-up.js';
import { send } from '../support/http.js';
import { waitFor } from '../support/wait.js';
import { http2Client } from './support/http2.js';
import { createDataPlaneServer } from './support/sources.js';

const ACCESS = { allowedOrigins: [], allowedHosts: [], loopback: true };
const FAILS: Record<string, (req: IncomingMessage, res: ServerResponse) => void | Promise<void>> = {
  '/throws': () => {
    throw new Error('nobody has foreseen this');
  },
  '/rejects': () => Promise.reject(new Error('nor this')),
  '/phrase': (_req, res) => void res.writeHead(200, 'O\x01K').end(),
  '/begun': (_req, res) => {
    res.writeHead(200).write('half');
    throw new Error('nor this');
  },
  '/late': (_req, res) => void res.end('all').write('more'),
  '/status': (_req, res) => void res.writeHead(999).end(), // a status that HTTP/2 cannot express
};

const ANSWERS = new Map<string, (number | 'cut')[]>([
  ['/throws', [500]],
  ['/rejects', [500]],
  ['/phrase', [500]],
  ['/begun', ['cut']],
  ['/late', [200, 'cut']],
  ['/status', [999]], // over HTTP/1.1
]);

/** A server whose requests trigger faults of the gateway itself, on both paths. */
async function faulty() {
  const logged: string[] = [];
  const log = Object.assign(createLogger('test', 'silent'), { error: (_: unknown, text: string) => logged.push(text) });
  const fail = (req: IncomingMessage, res: ServerResponse) =>
    FAILS[new URL(req.url ?? '', 'http://a').pathname]?.(req, res);
  const server = createDataPlaneServer(
    async ({ req, res }, { query }) => fail(Object.assign(req, { url: query.slice(1) }), res),
    ({ req, res }) => {
      if (req.url === '/livez') res.end('ok');
      else void fail(req, res);
    },
    ACCESS,
    { http2Cleartext: true, log },
  );
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, logged };
}

describe('a request that fails for an unforeseen reason', () => {
  it.each(
    [...ANSWERS].flatMap(([path, outcomes]) => [
      ...(path === '/rejects' ? [] : [{ path, outcomes }]), // Express answers for rejections there
      { path: `/adapters/a/mcp?${path}`, outcomes },
    ]),
  )('ends alone and is logged: $path', async ({ path, outcomes }) => {
    const { url, logged } = await faulty();
    const { send: request, start } = http2Client(url);
    const one = await send(url + path).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect(outcomes).toContain(one);
    const stream = start(path);
    stream.resume().end('{}');
    await new Promise((resolve) => stream.once('close', resolve));
    await waitFor('the log', () => logged.includes('a request failed; all other requests continue'));
    expect((await request('/livez', { ':method': 'GET' })).text).toBe('ok');
  });
});

it('a failure at the end of a request ends no other request, and skips no other step of this one', async () => {
  const log: string[] = [];
  const done: string[] = [];
  const fails = () => {
    throw new Error('a step fails');
  };
  const server = createDataPlaneServer(
    async (context) => {
      context.defer(() => void done.push('release'));
      context.defer(fails);
      context.res.end('ok');
    },
    ({ res }) => void res.end('ok'),
    ACCESS,
    {
      log: Object.assign(createLogger('test', 'silent'), { error: (_: unknown, text: string) => log.push(text) }),
      observers: [{ ended: fails }, { ended: () => void done.push('observer') }],
    },
  );
  const port = await listen(server, { host: '127.0.0.1', port: 0 });
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  for (const count of [1, 2]) {
    expect((await send(`http://127.0.0.1:${port}/adapters/a/mcp`)).text).toBe('ok');
    await waitFor('the log', () => log.length === 2 * count);
    expect(done.splice(0)).toEqual(['release', 'observer']);
  }
});
