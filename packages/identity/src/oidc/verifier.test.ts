import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startIssuer, type TestIssuer } from '../../../../test/support/issuer.js';
import { refusal, verifierOf, type Verify } from '../../../../test/support/verifier.js';

const SECONDS = 1000;

let issuer: TestIssuer;
let clock = 0;
const warn = jest.fn();
let verify: Verify;

const freshVerifier = (settings?: object) =>
  verifierOf(issuer, { log: { warn }, now: () => Date.now() + clock }, settings);
const bearer = async (...of: Parameters<TestIssuer['token']>) => `Bearer ${await issuer.token(...of)}`;
const inSeconds = (seconds: number) => Math.floor((Date.now() + clock) / 1000) + seconds;

beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());
beforeEach(() => {
  Object.assign(issuer.state, { isDown: false, reads: 0 });
  clock = 0;
  warn.mockClear();
  verify = freshVerifier();
});

describe('a token of a configured issuer', () => {
  it('names the caller', async () => {
    const exp = inSeconds(60);
    const token = await bearer({ exp, name: 'Alice Ä.', roles: ['mcp.admin', 'team'], tid: 'x' });
    await expect(verify(token)).resolves.toEqual({
      subject: 'alice',
      name: 'Alice Ä.',
      roles: ['mcp.admin', 'team'],
      tenant: 'default',
      signIn: issuer.issuer,
      expiresAt: exp + 20,
    });
  });

  it.each([
    ['bearer', (token: string) => token.replace('Bearer', 'bearer')],
    ['several spaces', (token: string) => token.replace(' ', '   ')],
  ])('is accepted with the scheme written with %s (RFC 9110 §11.1)', async (_how, change) => {
    await expect(verify(change(await bearer()))).resolves.toMatchObject({ subject: 'alice' });
  });

  it('names its own caller, whatever token came over the connection before', async () => {
    const [alice, bob] = [await bearer({ sub: 'alice' }), await bearer({ sub: 'bob' })];
    const subjects = [];
    for (const token of [alice, bob, alice, alice, bob]) subjects.push((await verify(token)).subject);
    expect(subjects).toEqual(['alice', 'bob', 'alice', 'alice', 'bob']);
    await expect(refusal(verify(undefined))).resolves.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
    await expect(refusal(verify(`${alice}x`))).resolves.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
    await expect(verify(alice)).resolves.toMatchObject({ subject: 'alice' });
  });

  it('is verified once, until it expires', async () => {
    const token = await bearer({ exp: inSeconds(120) });
    await verify(token);
    issuer.state.isDown = true;
    clock = 100 * SECONDS;
    await expect(verify(token)).resolves.toMatchObject({ subject: 'alice' });
    clock = 141 * SECONDS; // 20 seconds of tolerance, and one more
    await expect(refusal(verify(token))).resolves.toMatchObject({ detail: 'the token has expired' });
  });

  it('is verified again after five minutes, so that a withdrawn key stops counting', async () => {
    const token = await bearer({ exp: inSeconds(3_600) });
    await verify(token);
    await issuer.rotate('second');
    clock = 299 * SECONDS;
    await expect(verify(token)).resolves.toMatchObject({ subject: 'alice' });
    clock = 601 * SECONDS;
    await verify(token); // reads the keys again, in the background
    while (issuer.state.reads < 4) await delay(5);
    await delay(50);
    clock = 1_000 * SECONDS;
    await expect(refusal(verify(token))).resolves.toMatchObject({
      detail: 'the token is signed with a key that its issuer does not publish',
    });
  });
});

describe('a token is refused, with a challenge, that has', () => {
  it.each([
    ['an empty subject', { sub: '' }, 'the token has no usable claim sub'],
    ['a subject that ends in a space', { sub: 'alice ' }, 'the token has no usable claim sub'],
    ['a subject with half a character', { sub: 'alice\ud800' }, 'the token has no usable claim sub'],
    ['a subject that is no text', { sub: 7 }, 'the token has no usable claim sub'],
    ['a long subject', { sub: 'a'.repeat(513) }, 'the claim sub is too long'],
  ])('%s', async (_what, claims, detail) => {
    expect(await refusal(verify(await bearer(claims)))).toEqual({
      code: 'SIGN_IN_REQUIRED',
      detail,
      challenge: `Bearer error="invalid_token", error_description="${detail}"`,
    });
  });
});

describe('an audience of all URLs below one', () => {
  const below = () => freshVerifier({ audiences: ['https://gateway.example.com/mcp/*'] });
  it.each([
    'https://gateway.example.com/mcp/adapters/echo/mcp',
    'https://gateway.example.com/mcp/',
    'https://gateway.example.com/mcp',
    'https://GATEWAY.example.com/mcp/x',
  ])('accepts %s', async (aud) => {
    await expect(below()(await bearer({ aud: ['other', aud] }))).resolves.toMatchObject({ subject: 'alice' });
  });

  it.each([
    'https://gateway.example.com/mcp/../admin',
    'https://gateway.example.com/mcpx',
    'https://gateway.example.com.evil.example/mcp/x',
    'https://gateway.example.com@evil.example/mcp/x',
    'http://gateway.example.com/mcp/x',
    'https://gateway.example.com/mcp/*x'.replace('/mcp/*x', '/*'),
    'gateway.example.com/mcp/x',
  ])('refuses %s', async (aud) => {
    await expect(refusal(below()(await bearer({ aud })))).resolves.toMatchObject({
      detail: 'the token is for another audience',
    });
  });
});

describe('one of several issuers', () => {
  const partner = { issuer: 'https://partner.example', audiences: ['gateway'] };
  it.each([
    ['', 'partner:', 'partner:bob', 'partnerbob'],
    ['own:', 'own:partner:', 'partner:bob', 'partner'],
  ])('with the prefix "%s" names no caller of the issuer with "%s"', async (subjectPrefix, other, sub, free) => {
    const log = { warn };
    const verifyOne = verifierOf(issuer, { log }, { subjectPrefix }, [{ ...partner, subjectPrefix: other }]);
    await expect(refusal(verifyOne(await bearer({ sub })))).resolves.toMatchObject({
      code: 'SIGN_IN_REQUIRED',
      detail: 'the subject of the token begins with the subjectPrefix of another issuer',
    });
    await expect(verifyOne(await bearer({ sub: free }))).resolves.toMatchObject({ subject: subjectPrefix + free });
  });

  it('with the longer prefix names its callers', async () => {
    const log = { warn };
    const verifyOne = verifierOf(issuer, { log }, { subjectPrefix: 'own:' }, [partner]);
    await expect(verifyOne(await bearer({ sub: 'bob' }))).resolves.toMatchObject({ subject: 'own:bob' });
  });
});

describe('a token of another kind or for another audience', () => {
  it.each([
    ['of Keycloak', { typ: 'ID' }],
    ['of Cognito', { token_use: 'id' }],
    ['that came with an access token', { at_hash: 'x' }],
    ['that came with a code', { c_hash: 'x' }],
  ])('is refused: an ID token %s', async (_whose, claims) => {
    await expect(refusal(verify(await bearer(claims)))).resolves.toMatchObject({
      code: 'SIGN_IN_REQUIRED',
      detail: expect.stringContaining('no access token'),
    });
  });

  it('is accepted as an access token of Keycloak or Cognito', async () => {
    for (const claims of [{ typ: 'Bearer' }, { token_use: 'access' }]) {
      await expect(verify(await bearer(claims))).resolves.toMatchObject({ subject: 'alice' });
    }
  });

  it('is logged with the accepted audiences, once a minute, and an unknown issuer as well', async () => {
    const verifyOne = verifierOf(issuer, { log: { warn } });
    for (let i = 0; i < 2; i += 1) await refusal(verifyOne(await bearer({ aud: 'third', jti: String(i) })));
    for (let i = 0; i < 2; i += 1) await refusal(verifyOne(await bearer({ iss: `https://${i}.example` })));
    expect(warn.mock.calls).toEqual([
      [{ tokenAudience: 'third', audiences: ['other', 'gateway'] }, expect.stringContaining('another audience')],
      [{ configured: [issuer.issuer] }, expect.stringContaining('not among the configured ones')],
    ]);
  });
});

describe('an issuer that differs by case or a slash', () => {
  it('is logged beside the configured one, once a minute', async () => {
    const almost = `${issuer.issuer}/`;
    await refusal(verify(await bearer({ iss: almost })));
    await refusal(verify(await bearer({ iss: almost })));
    expect(warn.mock.calls).toEqual([
      [
        { tokenIssuer: almost, configuredIssuer: issuer.issuer },
        expect.stringContaining('not exactly the configured one'),
      ],
    ]);
  });
});
