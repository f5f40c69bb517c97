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
  it('are not read for each invented kid', async () => {
    await verify(await bearer());
    clock = 20 * SECONDS;
    for (let i = 0; i < 50; i += 1) await refusal(verify(await bearer({}, { kid: `kid-${i}` })));
    expect(issuer.state.reads).toBe(4);
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

  it('are not taken from the discovery document of another issuer', async () => {
    issuer.state.discovered = 'https://elsewhere.example';
    await expect(refusal(verify(await bearer()))).resolves.toMatchObject({ code: 'UNAVAILABLE' });
    const err = expect.objectContaining({
      message: expect.stringContaining('"https://elsewhere.example"; configured is'),
    });
    expect(warn).toHaveBeenCalledWith({ issuer: issuer.issuer, err }, 'the keys of an issuer cannot be read');
  });
});
