import { describe, expect, it } from '@jest/globals';
import { createUpstreams } from './upstreams.js';

const endpoint = { id: 'a', url: 'http://127.0.0.1:1', ready: true };
const request = { method: 'GET', path: '/' } as const;

describe('the requests on one replica', () => {
  it('are counted from when they are dispatched until they have ended, and bounded', async () => {
    const upstreams = createUpstreams({ timeoutMs: 1_000 });
    const ends = Array.from(
      { length: 4_000 },
      () =>
        new Promise((resolve) =>
          upstreams.dispatch(endpoint, request, { onResponseError: (_controller, error) => resolve(error) }),
        ),
    );
    expect(() => upstreams.dispatch(endpoint, request, {})).toThrow('the replica has too many open requests');
    expect(upstreams.inFlight(endpoint)).toBe(4_000);
    expect(upstreams.inFlight({ ...endpoint, id: 'b' })).toBe(0);
    await Promise.all(ends);
    expect(upstreams.inFlight(endpoint)).toBe(0);
    await upstreams.close();
  });

  it('are ended when the data plane ends', async () => {
    const upstreams = createUpstreams({ timeoutMs: 1_000 });
    const end = new Promise((resolve) =>
      upstreams.dispatch(endpoint, request, { onResponseError: (_controller, error) => resolve(error) }),
    );
    await upstreams.close();
    expect(await end).toBeInstanceOf(Error);
  });
});
