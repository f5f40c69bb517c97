import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { guessOf } from '../../../../test/support/api-keys.js';
import { bearerToken } from '../bearer.js';
import type { SignInRequest } from '../verifier.js';
import { apiKeyIn, createApiKey, hashOf, idIn, unknownKey } from './api-key.js';
import { countFailures, networkOf } from './failures.js';
import { type ApiKey, isSealedFor, type SealedKey, sealedKeyIn, sealKey } from './sealed-key.js';
import { type ApiKeys, apiKeyVerifier } from './verifier.js';

const { text: KEY, id: ID, hash: HASH } = createApiKey();

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'none';
  } catch (error) {
    return error instanceof GatewayError ? error.code : 'another error';
  }
};

describe('the text of an API key', () => {
  it('has a prefix, an id, a secret and a checksum', () => {
    expect(KEY).toMatch(/^mcpgw_[\da-f]{16}_[\da-f]{72}$/);
    expect(idIn(KEY)).toBe(ID);
    expect(hashOf(KEY)).toBe(HASH);
    expect(createApiKey().text).not.toBe(KEY);
  });

  it.each([
    ['a digit is wrong', KEY.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['two digits are swapped', `mcpgw_${ID}_${KEY.slice(24, 23 + 64)}${KEY[23]}${KEY.slice(87)}`],
    ['the end is missing', KEY.slice(0, -1)],
    ['something follows', `${KEY}0`],
    ['it is in upper case', KEY.toUpperCase()],
    ['it is empty', ''],
    ['it is another token', 'eyJhbGciOiJSUzI1NiJ9.e30.x'],
  ])('is recognized as wrong when %s', (_what, text) => {
    expect(text === KEY ? 'the same by chance' : idIn(text)).toBeUndefined();
  });
});

describe('the API key of a request', () => {
  it.each([
    ['X-API-Key', { 'x-api-key': KEY }, KEY],
    ['Authorization', { authorization: `Bearer ${KEY}` }, KEY],
    ['Authorization in another case', { authorization: `bearer   ${KEY}` }, KEY],
    ['both, when they are the same', { authorization: `Bearer ${KEY}`, 'x-api-key': KEY }, KEY],
    ['no key: another token', { authorization: 'Bearer eyJ' }, undefined],
    ['no key: that of a server behind', { 'x-api-key': 'sk-123' }, undefined],
    [
      'no key: that of a server behind, with a token',
      { 'x-api-key': 'sk-123', authorization: 'Bearer eyJ' },
      undefined,
    ],
    ['no key: nothing', {}, undefined],
  ])('is read from %s', (_where, headers, expected) => {
    expect(apiKeyIn(headers)).toBe(expected);
  });

  it.each([
    { 'x-api-key': KEY, authorization: 'Bearer eyJ' },
    { 'x-api-key': KEY, authorization: '' },
    { 'x-api-key': KEY, authorization: `Bearer ${createApiKey().text}` },
  ])('is refused beside another sign-in', async (headers) => {
    expect(await codeOf(() => apiKeyIn(headers))).toBe('SIGN_IN_REQUIRED');
  });
});

describe('a sealed key', () => {
  const key: ApiKey = {
    id: ID,
    hash: HASH,
    subject: 'alice',
    name: 'Alice',
    tenant: 'default',
    roles: ['team'],
    resources: [{ kind: 'adapter', name: 'echo' }],
    expiresAt: 4_000_000_000,
  };
  const [first, second, third] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const sealed = (json: string) => sealedKeyIn(json) as SealedKey;

  it('has neither the key nor its hash', () => {
    const json = sealKey(key, [first]);
    expect(json).not.toContain(HASH);
    expect(json).not.toContain(KEY);
  });

  it('is for the holder of the key, with any of the peppers that sealed it', () => {
    const both = sealed(sealKey(key, [first, second]));
    const holds = (hash: string, ...peppers: Buffer[]) => isSealedFor(hash, both, peppers);
    expect([holds(HASH, first), holds(HASH, second), holds(HASH, third, second)]).toEqual([true, true, true]);
    expect([holds(HASH, third), holds(HASH), holds(hashOf('x'), first)]).toEqual([false, false, false]);
  });

  it.each([
    ['its subject', { subject: 'admin' }],
    ['its name', { name: 'Bob' }],
    ['its tenant', { tenant: 'other' }],
    ['its roles', { roles: ['team', 'mcp.admin'] }],
    ['its scope', { resources: null }],
    ['the resources in its scope', { resources: [{ kind: 'adapter', name: 'other' }] }],
    ['its end', { expiresAt: 5_000_000_000 }],
    ['its id', { id: 'f'.repeat(16) }],
    ['its codes', { codes: ['', 'AA=='] }],
  ])('is worthless when someone changes %s in Redis', (_what, change) => {
    const changed = JSON.stringify({ ...JSON.parse(sealKey(key, [first])), ...change });
    expect(isSealedFor(HASH, sealed(changed), [first])).toBe(false);
  });

  it.each(['', '{', 'null', '[]', '{"id":"x"}'])('that cannot be read is none: %j', (json) => {
    expect(sealedKeyIn(json)).toBeUndefined();
  });
});

describe('a caller that sends nothing to sign in with', () => {
  it.each([
    ['at once', (request: SignInRequest) => void bearerToken(request.headers) as never],
    ['later', async (request: SignInRequest) => void bearerToken(request.headers) as never],
  ])('learns that an API key would do, when the refusal comes %s', async (_when, others) => {
    const keys: ApiKeys = { remembered: () => undefined, verify: () => Promise.reject(unknownKey()) };
    const verify = apiKeyVerifier({ keys, others });
    const refusal = await Promise.resolve()
      .then(() => verify({ headers: {}, address: undefined }))
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'SIGN_IN_REQUIRED',
      detail:
        'send an access token in the header Authorization: Bearer, or an API key of this gateway in the header X-API-Key',
      reason: 'no token',
      headers: { 'www-authenticate': 'Bearer' },
    });
  });
});

describe('failures', () => {
  it('are counted for a minute from the first, and bounded', async () => {
    let now = 0;
    const failures = countFailures(() => now, { maxEntries: 2 });
    const refused = (who?: string) => codeOf(() => failures.refuse(who));
    for (let i = 0; i < 19; i += 1) failures.add('a');
    expect(await refused('a')).toBe('none');
    failures.add('a', undefined);
    expect([await refused('a'), await refused('b'), await refused()]).toEqual(['TOO_MANY_FAILURES', 'none', 'none']);
    now = 59_999;
    expect(await refused('a')).toBe('TOO_MANY_FAILURES');
    now = 60_000;
    expect(await refused('a')).toBe('none');
    for (let i = 0; i < 20; i += 1) failures.add('a');
    failures.add('b', 'c');
    expect(await refused('a')).toBe('none');
  });

  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8::/64'],
  ])('of %s count for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe('the verifier of API keys', () => {
  const ALICE: Principal = { subject: 'alice', name: 'alice', roles: [], tenant: 'default', apiKey: ID };
  const OTHER: Principal = { ...ALICE, subject: 'other', apiKey: undefined };
  function verifier() {
    const known = new Map<string, Principal>();
    const asked: string[] = [];
    const keys: ApiKeys = {
      remembered: (hash) => known.get(hash),
      async verify({ id, hash }) {
        asked.push(id);
        if (hash === HASH) return ALICE;
        throw unknownKey();
      },
    };
    let now = 0;
    const verify = apiKeyVerifier({ keys, others: () => OTHER, now: () => now });
    return { known, asked, later: (ms: number) => (now += ms), verify };
  }
  const bad = () => createApiKey().text;
  const request = (key: string, address = '10.0.0.1') => ({ headers: { 'x-api-key': key }, address });

  it('leaves requests without a key to the others, without a promise', () => {
    expect(verifier().verify({ headers: { authorization: 'Bearer eyJ' } })).toBe(OTHER);
  });

  it('asks nobody about a key with a typing error', async () => {
    const { verify, asked } = verifier();
    expect(await codeOf(() => verify(request(KEY.slice(0, -1))))).toBe('SIGN_IN_REQUIRED');
    expect(asked).toEqual([]);
  });

  it('returns a remembered caller without a promise', () => {
    const { verify, known } = verifier();
    known.set(HASH, ALICE);
    expect(verify(request(KEY))).toBe(ALICE);
  });

  it('refuses an address after 20 failures, unread, except for remembered keys, until a minute has passed', async () => {
    const { verify, known, asked, later } = verifier();
    for (let i = 0; i < 20; i += 1) expect(await codeOf(() => verify(request(bad())))).toBe('SIGN_IN_REQUIRED');
    expect(asked).toHaveLength(20);
    expect(await codeOf(() => verify(request(KEY)))).toBe('TOO_MANY_FAILURES');
    expect(asked).toHaveLength(20);
    expect(await codeOf(() => verify(request(KEY, '10.0.0.2')))).toBe('none');
    known.set(HASH, ALICE);
    expect(await codeOf(() => verify(request(KEY)))).toBe('none');
    known.clear();
    later(60_000);
    expect(await codeOf(() => verify(request(KEY)))).toBe('none');
  });

  it('answers further failures with one id with 429 from any address, and never locks out the holder of the key', async () => {
    const { verify } = verifier();
    const guess = guessOf(ID);
    const codes = [];
    for (let i = 0; i < 22; i += 1) codes.push(await codeOf(() => verify(request(guess, `10.0.1.${i}`))));
    expect(codes.slice(19)).toEqual(['SIGN_IN_REQUIRED', 'TOO_MANY_FAILURES', 'TOO_MANY_FAILURES']);
    expect(await codeOf(() => verify(request(KEY, '10.0.1.0')))).toBe('none');
  });
});
