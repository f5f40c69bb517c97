import { createHmac } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { signingKey, startIssuer, type TestIssuer } from '../../../../test/support/issuer.js';
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
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

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

const OWN_HEADERS = {
  'jku (RFC 7515 §4.1.2)': () => ({ jku: 'http://127.0.0.1:1/keys' }),
  'x5u (RFC 7515 §4.1.5)': () => ({ x5u: 'http://127.0.0.1:1/certificate' }),
};

describe('a hostile token is refused, with a challenge:', () => {
  it.each<[string, () => Promise<string | undefined> | string | undefined, string]>([
    ['none', () => undefined, 'send an access token in the header Authorization: Bearer'],
    ['an empty header', () => '', 'send an access token in the header Authorization: Bearer'],
    ['Basic', () => 'Basic YWxpY2U6c2VjcmV0', 'Authorization must be "Bearer", a space and one token'],
    ['no token', () => 'Bearer ', 'Authorization must be "Bearer", a space and one token'],
    ['two tokens', async () => `${await bearer()} x`, 'Authorization must be "Bearer", a space and one token'],
    [
      'two headers',
      async () => `${await bearer()}, ${await bearer()}`,
      'Authorization must be "Bearer", a space and one token',
    ],
    ['no JWT', () => 'Bearer abc', 'the token is not a JWT'],
    ['JWT of two parts', () => `Bearer ${encoded({ alg: 'none' })}.${encoded({})}`, 'the token is not a JWT'],
    ['five parts', () => 'Bearer a.b.c.d.e', 'the token is not a JWT'],
    ['64 KB', () => `Bearer ${'a'.repeat(64 * 1024)}`, 'the token is longer than 16384 characters'],
    [
      'alg none',
      () =>
        `Bearer ${encoded({ alg: 'none' })}.${encoded({ iss: issuer.issuer, sub: 'alice', aud: 'gateway', exp: inSeconds(60) })}.`,
      'the token is signed with an algorithm that is not accepted',
    ],
    [
      'alg none with a signature',
      () =>
        `Bearer ${encoded({ alg: 'none' })}.${encoded({ iss: issuer.issuer, sub: 'alice', aud: 'gateway', exp: inSeconds(60) })}.AAAA`,
      'the token is signed with an algorithm that is not accepted',
    ],
    [
      'HS256 with the public key as the secret',
      () => {
        const signed = `${encoded({ alg: 'HS256', kid: 'first' })}.${encoded({ iss: issuer.issuer, sub: 'alice', aud: 'gateway', exp: inSeconds(60) })}`;
        const mac = createHmac('sha256', JSON.stringify(issuer.publicKey())).update(signed).digest('base64url');
        return `Bearer ${signed}.${mac}`;
      },
      'the token is signed with an algorithm that is not accepted',
    ],
    [
      'a key of another',
      async () => bearer({}, {}, { ...(await signingKey('x')), kid: issuer.publicKey().kid }),
      'the signature of the token is not valid',
    ],
    [
      'an unknown kid',
      async () => bearer({}, { kid: 'unknown' }),
      'the token is signed with a key that its issuer does not publish',
    ],
    [
      'jwk (RFC 7515 §4.1.3)',
      async () => {
        const own = await signingKey(issuer.publicKey().kid);
        return bearer({}, { jwk: own.jwk }, own);
      },
      'the signature of the token is not valid',
    ],
    ...Object.entries(OWN_HEADERS).map(([what, header]): [string, () => Promise<string>, string] => [
      what,
      async () => bearer({}, header(), { ...(await signingKey('x')), kid: issuer.publicKey().kid }),
      'the signature of the token is not valid',
    ]),
    [
      'another issuer',
      () => bearer({ iss: 'https://elsewhere.example' }),
      'the token is of an issuer that is not accepted here',
    ],
    [
      'the issuer with a slash',
      () => bearer({ iss: `${issuer.issuer}/` }),
      'the token is of an issuer that is not accepted here',
    ],
    ['no issuer', () => bearer({ iss: undefined }), 'the token is of an issuer that is not accepted here'],
    ['another audience', () => bearer({ aud: 'gateway2' }), 'the token is for another audience'],
    ['no audience', () => bearer({ aud: undefined }), 'the token is for another audience'],
    ['expired', () => bearer({ exp: inSeconds(-21) }), 'the token has expired'],
    ['no expiry', () => bearer({ exp: undefined }), 'the claim exp of the token is not valid'],
    ['not valid yet', () => bearer({ nbf: inSeconds(60) }), 'the token is not valid yet'],
    ['no subject', () => bearer({ sub: undefined }), 'the token has no usable claim sub'],
    ['an empty subject', () => bearer({ sub: '' }), 'the token has no usable claim sub'],
    [
      'a subject with a line break',
      () => bearer({ sub: 'alice\nX-Mcp-Roles: mcp.admin' }),
      'the token has no usable claim sub',
    ],
    ['a long subject', () => bearer({ sub: 'a'.repeat(513) }), 'the claim sub is too long'],
  ])('%s', async (_what, authorization, detail) => {
    const { code, challenge, ...rest } = (await refusal(verify(await authorization()))) as Record<string, string>;
    expect({ code, ...rest }).toEqual({ code: 'SIGN_IN_REQUIRED', detail });
    expect(challenge).toMatch(/^Bearer( error="invalid_token", error_description="[^"\\]+")?$/);
  });

  it('crit (RFC 7515 §4.1.11)', async () => {
    const token = `${encoded({ alg: 'ES256', kid: issuer.publicKey().kid, crit: ['x'], x: 1 })}.${(await issuer.token()).split('.').slice(1).join('.')}`;
    await expect(refusal(verify(`Bearer ${token}`))).resolves.toMatchObject({ detail: 'the token cannot be verified' });
  });

  it('in the query or in a header of its own', async () => {
    const token = await issuer.token();
    await expect(refusal(verify(undefined, { 'x-access-token': token }))).resolves.toMatchObject({
      code: 'SIGN_IN_REQUIRED',
      challenge: 'Bearer',
    });
  });

  it('whose parts were changed after signing', async () => {
    const [header, , signature] = (await issuer.token()).split('.');
    const claims = { iss: issuer.issuer, aud: 'gateway', sub: 'mallory', exp: inSeconds(60) };
    await expect(refusal(verify(`Bearer ${header}.${encoded(claims)}.${signature}`))).resolves.toMatchObject({
      detail: 'the signature of the token is not valid',
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
      detail: 'the subject of the token begins as those of another issuer do',
    });
    await expect(verifyOne(await bearer({ sub: free }))).resolves.toMatchObject({ subject: subjectPrefix + free });
  });

  it('with the longer prefix names its callers', async () => {
    const log = { warn };
    const verifyOne = verifierOf(issuer, { log }, { subjectPrefix: 'own:' }, [partner]);
    await expect(verifyOne(await bearer({ sub: 'bob' }))).resolves.toMatchObject({ subject: 'own:bob' });
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
