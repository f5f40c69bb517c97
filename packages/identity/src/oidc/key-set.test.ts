import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startIssuer, type TestIssuer } from '../../../../test/support/issuer.js';
import { refusal, verifierOf, type Verify } from '../../../../test/support/verifier.js';
import type { WarningLog } from './key-set.js';

const SECONDS = 1000;

let issuer: TestIssuer;
let clock = 0;
const warn = jest.fn<WarningLog['warn']>();
let verify: Verify;

const bearer = async (...of: Parameters<TestIssuer['token']>) => `Bearer ${await issuer.token(...of)}`;
const inSeconds = (seconds: number) => Math.floor((Date.now() + clock) / 1000) + seconds;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());
beforeEach(() => {
  Object.assign(issuer.state, { isDown: false, reads: 0, padding: 0, delayMs: 0, discovered: undefined });
  clock = 0;
  warn.mockClear();
  verify = verifierOf(issuer, { log: { warn }, now: () => Date.now() + clock });
});

describe('the keys of an issuer', () => {
  it('are read again for an unknown kid, once for all who wait', async () => {
    await verify(await bearer());
    expect(issuer.state.reads).toBe(2); // discovery and keys
    await issuer.rotate('third');
    clock = 20 * SECONDS;
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => bearer({ sub: `user-${i}` })));
    const callers = await Promise.all(tokens.map((token) => verify(token)));
    expect(callers.map(({ subject }) => subject)).toEqual(tokens.map((_, i) => `user-${i}`));
    expect(issuer.state.reads).toBe(4);
  });

  it('are not read for each invented kid', async () => {
    await verify(await bearer());
    clock = 20 * SECONDS;
    for (let i = 0; i < 50; i += 1) await refusal(verify(await bearer({}, { kid: `kid-${i}` })));
    expect(issuer.state.reads).toBe(4);
  });

  it('are used for a day while the issuer is unavailable, and no longer', async () => {
    await verify(await bearer());
    issuer.state.isDown = true;
    const later = (hours: number) => bearer({ sub: `after-${hours}`, exp: inSeconds(100 * 3600) });
    clock = 23 * 3600 * SECONDS;
    await expect(verify(await later(23))).resolves.toMatchObject({ subject: 'after-23' });
    clock = 25 * 3600 * SECONDS;
    await expect(refusal(verify(await later(25)))).resolves.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('that are older than an hour are read before they count again', async () => {
    await verify(await bearer());
    const withdrawn = await bearer({ exp: inSeconds(100 * 3600) });
    await issuer.rotate('after-an-hour');
    clock = 2 * 3600 * SECONDS;
    await expect(refusal(verify(withdrawn))).resolves.toMatchObject({
      detail: 'the token is signed with a key that its issuer does not publish',
    });
  });

  it('that could not be read at first are read later', async () => {
    issuer.state.isDown = true;
    const token = await bearer();
    await expect(refusal(verify(token))).resolves.toMatchObject({
      code: 'UNAVAILABLE',
      detail: 'the keys of the issuer cannot be read',
    });
    issuer.state.isDown = false;
    await expect(refusal(verify(token))).resolves.toMatchObject({ code: 'UNAVAILABLE' });
    expect(issuer.state.reads).toBe(1);
    clock = 16 * SECONDS;
    await expect(verify(token)).resolves.toMatchObject({ subject: 'alice' });
  });

  it('of more than half a megabyte are not read', async () => {
    issuer.state.padding = 10 * 1024 * 1024;
    await expect(refusal(verify(await bearer()))).resolves.toMatchObject({ code: 'UNAVAILABLE' });
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('are not waited for longer than five seconds', async () => {
    issuer.state.delayMs = 6_000;
    await expect(refusal(verify(await bearer()))).resolves.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('are not taken from the discovery document of another issuer', async () => {
    issuer.state.discovered = 'https://elsewhere.example';
    await expect(refusal(verify(await bearer()))).resolves.toMatchObject({ code: 'UNAVAILABLE' });
    const err = expect.objectContaining({
      message: expect.stringContaining('"https://elsewhere.example"; configured is'),
    });
    expect(warn).toHaveBeenCalledWith({ issuer: issuer.issuer, err }, 'the keys of an issuer cannot be read');
  });
});
