import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { adapterRef, type Endpoint, type ResourceRef } from '@mcp-gateway/common/contracts';
import { endpoint } from '../../../test/routes.js';
import { CLIENT_GONE } from '../../request/body.js';
import { createEndpointWaits } from './wait-for-endpoint.js';

describe('requests that wait for an endpoint', () => {
  let found: Endpoint | undefined;
  let changed: () => void;
  let waits: ReturnType<typeof createEndpointWaits>;
  const options = { waitMs: 60_000, maxWaiting: 3 };
  const routes = { onChange: (listener: () => void) => void (changed = listener) };
  const client = () => Object.assign(new EventEmitter(), { destroyed: false }) as unknown as ServerResponse;
  const wait = (
    more: { resource?: ResourceRef; client?: ServerResponse; deadline?: number; choose?: () => Endpoint } = {},
  ) =>
    waits.wait({
      resource: adapterRef('echo'),
      client: client(),
      deadline: waits.deadline(),
      choose: () => found,
      ...more,
    });

  beforeEach(() => {
    found = undefined;
    waits = createEndpointWaits(routes, options);
  });

  it('continue with the route change that adds an endpoint', async () => {
    const waiting = [wait(), wait()];
    changed();
    found = endpoint('a');
    changed();
    expect(await Promise.all(waiting)).toEqual([found, found]);
  });

  it('continue when time alone makes an endpoint available', async () => {
    const waiting = wait();
    found = endpoint('a');
    expect(await waiting).toBe(found);
  });

  it('fail after their deadline', async () => {
    waits = createEndpointWaits(routes, { waitMs: 1 });
    expect(await wait()).toBeUndefined();
    expect(await wait({ deadline: Date.now() - 1 })).toBeUndefined();
  });

  it('fail at once when too many requests of the adapter wait already', async () => {
    const waiting = [wait(), wait(), wait()];
    expect(await wait()).toBeUndefined();
    const other = wait({ resource: adapterRef('other') });
    found = endpoint('a');
    changed();
    expect(await Promise.all([...waiting, other])).toEqual([found, found, found, found]);
    found = undefined;
    const next = wait();
    found = endpoint('b');
    changed();
    expect(await next).toBe(found);
  });

  it('leave no timer behind', async () => {
    jest.useFakeTimers();
    try {
      const waiting = [wait(), wait({ resource: adapterRef('other') })];
      expect(jest.getTimerCount()).toBe(1);
      found = endpoint('a');
      changed();
      await Promise.all(waiting);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });

  it('end when their client leaves, and free their place in the queue', async () => {
    const gone = client();
    const leaving = [wait({ client: gone }), wait({ client: gone }), wait({ client: gone })];
    gone.emit('close');
    for (const each of leaving) await expect(each).rejects.toBe(CLIENT_GONE);
    await expect(wait({ client: Object.assign(client(), { destroyed: true }) })).rejects.toBe(CLIENT_GONE);
    found = endpoint('a');
    const next = wait();
    changed();
    expect(await next).toBe(found);
  });

  it('fail with the error of the function that chooses the endpoint', async () => {
    const revoked = new Error('revoked');
    const choose = () => {
      throw revoked;
    };
    const waiting = wait({ choose });
    changed();
    await expect(waiting).rejects.toBe(revoked);
  });
});
