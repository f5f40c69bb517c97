import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { afterTest } from '../../../../test/support/clean-up.js';
import { followTimers } from '../../../../test/support/timers.js';
import type { Dispatch } from './attempt.js';
import { createUpstreams as create } from './pools.js';

const endpoint = { id: 'a', url: 'http://127.0.0.1:1', path: '/mcp', ready: true };
const request = { method: 'GET', path: '/' } as const;

const createUpstreams: typeof create = (...options) => {
  const upstreams = create(...options);
  afterTest(() => upstreams.close());
  return upstreams;
};

/** A machine that has vanished: no answer, and no end of the connection. */
async function silentServer() {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  afterTest(() => server.close().closeAllConnections());
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('requests on one replica', () => {
  it.each([
    { many: 'streams', of: request, others: { method: 'POST', path: '/' } },
    { many: 'streams', of: { method: 'POST', path: '/', isStream: true }, others: { method: 'POST', path: '/' } },
    { many: 'calls', of: { method: 'POST', path: '/' }, others: request },
  ] as const)(
    'count from their dispatch to their end, up to a limit: $many, $of.method',
    async ({ many, of, others }) => {
      const upstreams = createUpstreams({ timeoutMs: 1_000, maxActive: { streams: 3, calls: 3 } });
      const start = (options: Dispatch) =>
        new Promise((resolve) =>
          upstreams.dispatch(endpoint, options, { onResponseError: (_controller, error) => resolve(error) }),
        );
      const ends = Array.from({ length: 3 }, () => start(of));
      expect(() => upstreams.dispatch(endpoint, of, {})).toThrow(`the replica has too many open ${many}`);
      ends.push(start(others));
      expect(upstreams.inFlight(endpoint)).toBe(4);
      expect(upstreams.inFlight({ ...endpoint, id: 'b' })).toBe(0);
      await Promise.all(ends);
      expect(upstreams.inFlight(endpoint)).toBe(0);
      await upstreams.close();
    },
  );

  it('do not count as failures of the replica when the client breaks off', async () => {
    const { server, url } = await silentServer();
    const told: string[] = [];
    const upstreams = createUpstreams({
      timeoutMs: 10_000,
      onOutcome: (_endpoint, outcome) => void told.push(outcome),
    });
    const body = new PassThrough();
    body.write('{');
    const end = new Promise<Error>((resolve) =>
      upstreams.dispatch(
        { ...endpoint, url },
        { method: 'POST', path: '/', body },
        { onResponseError: (_controller, error) => resolve(error) },
      ),
    );
    await once(server, 'request');
    body.destroy();
    const error = await end;
    await upstreams.close();
    expect(error).toMatchObject({ code: 'UND_ERR_ABORTED' });
    expect(told).toEqual([]);
  });

  it('end some time after the replica has left the routes, unless it comes back before', async () => {
    const { server, url } = await silentServer();
    const [gone, back] = [
      { ...endpoint, url },
      { ...endpoint, url, id: 'b' },
    ];
    const upstreams = createUpstreams({ timeoutMs: 60_000, retireMs: 50 });
    const ended: string[] = [];
    const ends = [gone, back].map(
      (to) =>
        new Promise<Error>((resolve) =>
          upstreams.dispatch(to, request, {
            onResponseError(_controller, error) {
              ended.push(to.id);
              resolve(error);
            },
          }),
        ),
    );
    await once(server, 'request');
    upstreams.keepOnly([]);
    upstreams.keepOnly([back]);
    expect(await ends[0]).toMatchObject({ code: 'UPSTREAM_GONE' });
    expect([ended, upstreams.inFlight(gone), upstreams.inFlight(back)]).toEqual([['a'], 0, 1]);
    upstreams.keepOnly([]);
    expect(await ends[1]).toMatchObject({ code: 'UPSTREAM_GONE' });
  });

  it('end when the data plane ends', async () => {
    const upstreams = createUpstreams({ timeoutMs: 1_000 });
    const end = new Promise((resolve) =>
      upstreams.dispatch(endpoint, request, { onResponseError: (_controller, error) => resolve(error) }),
    );
    await upstreams.close();
    expect(await end).toMatchObject({ code: 'UND_ERR_DESTROYED' });
  });

  it('leave no timer when the data plane ends while their replica retires', async () => {
    const upstreams = createUpstreams({ timeoutMs: 1_000 });
    await new Promise((resolve) => upstreams.dispatch(endpoint, request, { onResponseError: resolve }));
    const timers = followTimers();
    upstreams.keepOnly([]);
    expect(timers.left()).toBe(1);
    await upstreams.close();
    await new Promise(setImmediate); // the count follows
    expect(timers.left()).toBe(0);
  });
});
