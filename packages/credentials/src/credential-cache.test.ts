import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CredentialRequest } from '@mcp-gateway/common/contracts';
import { GatewayError, unavailable } from '@mcp-gateway/common/errors';
import { credentialCache, type CredentialUse } from './credential-cache.js';

const SECONDS = 1000;
const USE: CredentialUse = { name: 'echo', resourceId: 'a', credential: 'github', subject: 'alice', token: 't' };

let clock: number;
let asked: CredentialRequest[];
let failure: Error | undefined;
beforeEach(() => {
  [clock, asked, failure] = [0, [], undefined];
});

/** Each credential is to be renewed after 80 seconds, and ends after 100. */
const cacheOf = (shared: boolean | (() => boolean) = false) =>
  credentialCache({
    broker: {
      async issue(request) {
        asked.push(request);
        if (failure) throw failure;
        const value = `Bearer ${asked.length}`;
        const isShared = typeof shared === 'function' ? shared() : shared;
        return { header: 'authorization', value, shared: isShared, renewInSeconds: 80, expiresInSeconds: 100 };
      },
    },
    now: () => clock,
  });
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a credential', () => {
  it.each<[string, boolean, Partial<CredentialUse>, number]>([
    ['of a caller serves the same caller', false, {}, 1],
    ['of a caller serves no other caller', false, { subject: 'bob' }, 2],
    ['of a caller is not that of its next token', false, { token: 'next' }, 2],
    ['of a caller serves no other adapter', false, { resourceId: 'b' }, 2],
    ['of a caller is not another credential', false, { credential: 'other' }, 2],
    ['that is shared serves all callers', true, { subject: 'bob', token: 'next' }, 1],
    ['that is shared serves no other adapter', true, { resourceId: 'b' }, 2],
    ['that is shared is not another credential', true, { credential: 'other' }, 2],
  ])('%s', async (_what, shared, changes, calls) => {
    const cache = cacheOf(shared);
    await cache.get(USE);
    expect(await cache.get({ ...USE, ...changes })).toEqual(['authorization', `Bearer ${calls}`]);
    expect(asked).toHaveLength(calls);
  });

  it.each<[string, boolean, Error, string | undefined]>([
    ['the control plane refuses', false, new GatewayError('CREDENTIAL_UNAVAILABLE'), 'CREDENTIAL_UNAVAILABLE'],
    ['the control plane refuses to all', true, new GatewayError('CREDENTIAL_UNAVAILABLE'), 'CREDENTIAL_UNAVAILABLE'],
    ['cannot be renewed now', false, unavailable('down'), undefined],
  ])('that %s is used accordingly', async (_what, shared, error, code) => {
    const cache = cacheOf(shared);
    const outcome = async () => {
      try {
        await cache.get(USE);
        return undefined;
      } catch (caught) {
        return (caught as GatewayError).code;
      }
    };
    await cache.get(USE);
    failure = error;
    clock = 90 * SECONDS;
    expect(await outcome()).toBeUndefined(); // it asks in the background
    await settled();
    expect(await outcome()).toBe(code);
    clock = 100 * SECONDS;
    expect(await outcome()).toBe(code ?? 'UNAVAILABLE');
  });

  it('that was shared and is that of a caller now serves no one in its old form', async () => {
    let isShared = true;
    const cache = cacheOf(() => isShared);
    await cache.get(USE);
    isShared = false;
    clock = 90 * SECONDS;
    await cache.get(USE);
    await settled();
    expect(await cache.get(USE)).toEqual(['authorization', 'Bearer 2']);
    expect(await cache.get({ ...USE, subject: 'bob' })).toEqual(['authorization', 'Bearer 3']);
  });

  it('that cannot be had is asked for once in two seconds', async () => {
    const cache = cacheOf();
    failure = unavailable('down');
    for (const at of [0, 1.9, 2, 3.9]) {
      clock = at * SECONDS;
      await expect(cache.get(USE)).rejects.toBe(failure);
    }
    expect(asked).toHaveLength(2);
  });

  it.each([false, true])('that the server has refused is a new one the next time (shared: %s)', async (shared) => {
    const cache = cacheOf(shared);
    await cache.get(USE);
    cache.refused(USE);
    await cache.get(USE);
    await cache.get(USE);
    expect(asked.map(({ renew }) => renew)).toEqual([false, true]);
  });
});
