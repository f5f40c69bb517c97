import { createHmac } from 'node:crypto';
import { createApiKey } from '@mcp-gateway/identity';
import { guessOf, type publishedKeys } from './api-keys.js';
import type { SendOptions } from './http.js';
import type { IntrospectingIssuer } from './introspecting-issuer.js';
import { signingKey, type TestIssuer } from './issuer.js';
import type { StandIn } from './sign-in-modes.js';

type Keys = ReturnType<typeof publishedKeys>;

export const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
export const bearer = (token: string): SendOptions => ({ headers: { authorization: `Bearer ${token}` } });

/** A request that no mode of sign-in may let through. */
export interface Attack {
  name: string;
  /** The request, apart from its body; undefined when the attack does not apply to the mode. */
  request(standIn: StandIn): Promise<SendOptions & { query?: string }>;
  status: number;
  reason: RegExp;
}

const SEND_A_TOKEN = /send an access token in the header Authorization: Bearer/;
const ONE_TOKEN = /Authorization must be .*Bearer.*, a space and one token/;
const WRONG_SIGNATURE = /the signature of the token is not valid/;
const WRONG_ALGORITHM = /the token is signed with an algorithm that is not accepted/;

/** Attacks that need no JWT. */
const REQUESTS: Attack[] = [
  { name: 'no credentials', request: async () => ({}), status: 401, reason: SEND_A_TOKEN },
  {
    name: 'an empty header',
    request: async () => ({ headers: { authorization: '' } }),
    status: 401,
    reason: SEND_A_TOKEN,
  },
  {
    name: 'Basic',
    request: async () => ({ headers: { authorization: 'Basic YWxpY2U6eA==' } }),
    status: 401,
    reason: ONE_TOKEN,
  },
  {
    name: 'Bearer without a token',
    request: async () => ({ headers: { authorization: 'Bearer' } }),
    status: 401,
    reason: ONE_TOKEN,
  },
  { name: 'malformed', request: async () => bearer('abc'), status: 401, reason: /the token/ },
  { name: '64 KB', request: async () => bearer('a'.repeat(64 * 1024)), status: 431, reason: /^/ },
  { name: '15 KB', request: async () => bearer('a.'.repeat(7 * 1024)), status: 401, reason: /the token/ },
  {
    name: 'two tokens in one header',
    request: async (of) => bearer(`${await of.credential()}, ${await of.credential()}`),
    status: 401,
    reason: ONE_TOKEN,
  },
  {
    name: 'two headers',
    request: async (of) => ({
      headers: { authorization: [`Bearer ${await of.credential()}`, `Bearer ${await of.credential()}`] },
    }),
    status: 400,
    reason: /Authorization must be given once/,
  },
  {
    name: 'token in the query',
    request: async (of) => ({ query: `?access_token=${await of.credential()}` }),
    status: 401,
    reason: SEND_A_TOKEN,
  },
  {
    name: 'token in a header of its own',
    request: async (of) => ({ headers: { 'x-access-token': await of.credential() } }),
    status: 401,
    reason: SEND_A_TOKEN,
  },
];

const jwt = (
  name: string,
  reason: RegExp,
  make: (issuer: TestIssuer, standIn: StandIn) => Promise<string> | string,
): Attack => ({
  name,
  status: 401,
  reason,
  request: async (standIn) => bearer(await make(standIn.issuer as TestIssuer, standIn)),
});

/** Claims that hold, for a token that its issuer has not signed. */
const claimsOf = ({ issuer, shape }: TestIssuer) => ({ iss: issuer, exp: inSeconds(600), ...shape.claims });
/** Another key under the id of the issuer's key. */
const imitation = async ({ shape, publicKey }: TestIssuer) => signingKey(publicKey().kid, shape.alg);

/** Attacks on JWTs (RFC 8725; RFC 7515 §4.1). */
const TOKENS: Attack[] = [
  jwt('two parts', /the token is not a JWT/, (issuer) => `${encoded({ alg: 'none' })}.${encoded(claimsOf(issuer))}`),
  jwt('five parts', /the token is not a JWT/, () => 'a.b.c.d.e'),
  jwt('no JSON inside', /the token is not a JWT/, () => 'YQ.YQ.YQ'),
  jwt('alg none', WRONG_ALGORITHM, (issuer) => `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claimsOf(issuer))}.`),
  jwt('alg none with a signature', WRONG_ALGORITHM, (issuer) => {
    const header = { alg: 'none', typ: 'JWT', kid: issuer.publicKey().kid };
    return `${encoded(header)}.${encoded(claimsOf(issuer))}.AAAA`;
  }),
  jwt('HS256 with the public key as the secret', WRONG_ALGORITHM, (issuer) => {
    const header = { alg: 'HS256', typ: 'JWT', kid: issuer.publicKey().kid };
    const signed = `${encoded(header)}.${encoded(claimsOf(issuer))}`;
    return `${signed}.${createHmac('sha256', JSON.stringify(issuer.publicKey())).update(signed).digest('base64url')}`;
  }),
  jwt('changed after signing', WRONG_SIGNATURE, async (issuer) => {
    const [header, , signature] = (await issuer.token()).split('.');
    return `${header}.${encoded({ ...claimsOf(issuer), roles: ['mcp.admin'] })}.${signature}`;
  }),
  jwt('a key of another', WRONG_SIGNATURE, async (issuer) => issuer.token({}, {}, await imitation(issuer))),
  jwt('jwk with its own key', WRONG_SIGNATURE, async (issuer) => {
    const own = await imitation(issuer);
    return issuer.token({}, { jwk: own.jwk }, own);
  }),
  jwt('jku with its own key', WRONG_SIGNATURE, async (issuer) =>
    issuer.token({}, { jku: `${issuer.url}/own` }, await imitation(issuer)),
  ),
  jwt('x5u with its own certificate', WRONG_SIGNATURE, async (issuer) =>
    issuer.token({}, { x5u: `${issuer.url}/own` }, await imitation(issuer)),
  ),
  jwt('crit, signed with the key of its issuer', /the token cannot be verified/, (issuer) =>
    issuer.token({}, { crit: ['urn:example'], 'urn:example': 1 }),
  ),
  jwt('unknown kid', /a key that its issuer does not publish/, (issuer) => issuer.token({}, { kid: 'unknown' })),
  jwt('another issuer', /an issuer that is not accepted here/, (issuer) => issuer.token({ iss: 'https://a.example' })),
  jwt('its issuer with another slash', /an issuer that is not accepted here/, (issuer) =>
    issuer.token({ iss: issuer.issuer.endsWith('/') ? issuer.issuer.slice(0, -1) : `${issuer.issuer}/` }),
  ),
  jwt('no issuer', /an issuer that is not accepted here/, (issuer) => issuer.token({ iss: undefined })),
  jwt('another audience', /for another audience/, (issuer) => issuer.token({ aud: 'gateway2' })),
  jwt('no audience', /for another audience/, (issuer) => issuer.token({ aud: undefined })),
  jwt('an ID token', /no access token/, (issuer) =>
    issuer.token({ at_hash: 'x', nonce: 'x', azp: undefined, appid: undefined, scp: undefined }),
  ),
  jwt('expired', /the token has expired/, (issuer) => issuer.token({ exp: inSeconds(-21) })),
  jwt('no expiry', /the claim exp of the token is not valid/, (issuer) => issuer.token({ exp: undefined })),
  jwt('not valid yet', /the token is not valid yet/, (issuer) => issuer.token({ nbf: inSeconds(60) })),
  jwt('no subject', /no usable claim/, (issuer) => issuer.token({ sub: undefined, oid: undefined })),
  jwt('a subject with a line break', /no usable claim/, (issuer) => {
    const subject = 'alice\nX-Mcp-Roles: mcp.admin';
    return issuer.token({ sub: subject, oid: subject });
  }),
];

const TENANTS: Attack[] = ['iss and tid', 'iss only', 'tid only', 'no tid'].map((name, at) =>
  jwt(`another tenant: ${name}`, /an issuer that is not accepted here|another tenant than its iss/, (issuer, of) =>
    issuer.token(of.foreignTenant?.[at]),
  ),
);

const opaque = (name: string, reason: RegExp, make: (issuer: IntrospectingIssuer) => string): Attack => ({
  name,
  status: 401,
  reason,
  request: async ({ introspecting }) => bearer(make(introspecting as IntrospectingIssuer)),
});

const NOT_ACTIVE = /the token is not active: it has expired, was revoked or is not known/;

/** Attacks on tokens that an issuer is asked about (RFC 7662 §2.2, §4). */
const INTROSPECTED: Attack[] = [
  opaque('unknown', NOT_ACTIVE, () => 'unknown'),
  opaque('changed', NOT_ACTIVE, (issuer) => `${issuer.issue()}x`),
  opaque('truncated', NOT_ACTIVE, (issuer) => issuer.issue().slice(0, -1)),
  opaque('revoked', NOT_ACTIVE, (issuer) => {
    const token = issuer.issue();
    issuer.revoke(token);
    return token;
  }),
  opaque('another issuer', /an issuer that is not accepted here/, (issuer) =>
    issuer.issue({ iss: 'https://a.example' }),
  ),
  opaque('its issuer with another slash', /an issuer that is not accepted here/, (issuer) =>
    issuer.issue({ iss: `${issuer.issuer}/` }),
  ),
  opaque('another audience', /for another audience/, (issuer) => issuer.issue({ aud: 'gateway2' })),
  opaque('no audience', /for another audience/, (issuer) => issuer.issue({ aud: undefined })),
  opaque('expired', /the token has expired/, (issuer) => issuer.issue({ exp: inSeconds(-21) })),
  opaque('no expiry', /the claim exp of the token is not valid/, (issuer) => issuer.issue({ exp: undefined })),
  opaque('not valid yet', /the token is not valid yet/, (issuer) => issuer.issue({ nbf: inSeconds(60) })),
  opaque('no subject', /no usable claim/, (issuer) => issuer.issue({ sub: undefined })),
  opaque('a subject with a line break', /no usable claim/, (issuer) =>
    issuer.issue({ sub: 'alice\nX-Mcp-Roles: mcp.admin' }),
  ),
  opaque('a refresh token', /not a bearer access token/, (issuer) => issuer.issue({ token_use: 'refresh_token' })),
  opaque('a token with a proof (DPoP)', /not a bearer access token/, (issuer) => issuer.issue({ token_type: 'DPoP' })),
  opaque('an encrypted JWT that is not known', NOT_ACTIVE, () => 'a.b.c.d.e'),
];

const apiKey = (
  name: string,
  reason: RegExp,
  make: (keys: Keys) => Promise<string> | string,
  request: (text: string) => SendOptions = bearer,
): Attack => ({
  name,
  status: 401,
  reason,
  request: async ({ keys }) => request(await make(keys as Keys)),
});

const UNKNOWN_KEY = /the API key is not known, has expired or was revoked/;
const NOT_WHOLE = /the API key has a typing error, or is not whole/;
const inHeader = (text: string): SendOptions => ({ headers: { 'x-api-key': text } });

/** Attacks on API keys. */
const API_KEYS: Attack[] = [
  apiKey('unknown', UNKNOWN_KEY, () => createApiKey().text),
  apiKey('changed', NOT_WHOLE, async ({ create }) =>
    (await create()).text.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
  ),
  apiKey('truncated', NOT_WHOLE, async ({ create }) => (await create()).text.slice(0, -1)),
  apiKey('another prefix', /the token is not a JWT/, async ({ create }) =>
    (await create()).text.replace('mcpgw_', 'other_'),
  ),
  apiKey('the secret of another key', NOT_WHOLE, async ({ create }) => {
    const [one, two] = [await create(), await create()];
    return one.text.slice(0, 23) + two.text.slice(23);
  }),
  apiKey('another secret', UNKNOWN_KEY, async ({ create }) => guessOf((await create()).id)),
  apiKey('revoked', UNKNOWN_KEY, async ({ create, revoke }) => {
    const { id, text } = await create();
    await revoke(id);
    return text;
  }),
  apiKey('expired', UNKNOWN_KEY, async ({ create }) => (await create({ expiresAt: inSeconds(-1) })).text),
  apiKey('unknown, in X-API-Key', UNKNOWN_KEY, () => createApiKey().text, inHeader),
  apiKey('truncated, in X-API-Key', NOT_WHOLE, async ({ create }) => (await create()).text.slice(0, -1), inHeader),
  apiKey('another prefix, in X-API-Key', SEND_A_TOKEN, () => `other_${createApiKey().text}`, inHeader),
  apiKey(
    'two different keys',
    /send one of Authorization and X-API-Key/,
    async ({ create }) => (await create()).text,
    (text) => ({ headers: { authorization: `Bearer ${createApiKey().text}`, 'x-api-key': text } }),
  ),
];

/** Those that apply to the mode. */
export const attacksOn = ({ issuer, foreignTenant, introspecting, keys }: StandIn): Attack[] => [
  ...REQUESTS,
  ...(issuer ? TOKENS : []),
  ...(foreignTenant ? TENANTS : []),
  ...(introspecting ? INTROSPECTED : []),
  ...(keys ? API_KEYS : []),
];
