import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GatewayError } from '@mcp-gateway/common/errors';
import {
  type IntrospectingIssuer,
  startIntrospectingIssuer,
} from '../../../../../test/support/introspecting-issuer.js';
import { startIssuer, type TestIssuer } from '../../../../../test/support/issuer.js';
import { refusal, verifying } from '../../../../../test/support/verifier.js';
import { signInFault, signInFields, tokenVerifier } from '../../config.js';
import type { WarningLog } from '../key-set.js';

let issuer: IntrospectingIssuer;
let signer: TestIssuer;
const warn = jest.fn<WarningLog['warn']>();
const verifierOf = (...of: Parameters<IntrospectingIssuer['signIn']>) =>
  verifying(tokenVerifier(issuer.signIn(...of), { log: { warn } }));
const DOWN = { code: 'UNAVAILABLE', detail: 'the issuer does not answer, so the token cannot be verified' };

beforeAll(async () => {
  [issuer, signer] = await Promise.all([startIntrospectingIssuer(), startIssuer()]);
});
afterAll(() => Promise.all([issuer.stop(), signer.stop()]));
beforeEach(() => {
  issuer.reset();
  Object.assign(issuer.state, { calls: 0, reads: 0 });
  issuer.asked.length = 0;
  warn.mockClear();
});

describe('the introspection endpoint', () => {
  it.each([
    ['basic', true],
    ['post', false],
  ])('is asked as the client, whose secret goes by %s, and names the caller', async (how, isInHeader) => {
    const token = issuer.issue({ name: 'Alice', roles: ['team'], realm: { id: 'x' } });
    const verify = verifierOf({ clientAuthentication: how });
    await expect(verify(`Bearer ${token}`)).resolves.toMatchObject({
      subject: 'alice',
      name: 'Alice',
      roles: ['team'],
      tenant: 'default',
      signIn: issuer.issuer,
    });
    const [{ authorization = '', ...asked } = {}] = issuer.asked;
    expect([asked, authorization.startsWith('Basic ')]).toEqual([{ token, hint: 'access_token' }, isInHeader]);
    expect(issuer.state.reads).toBe(1);
  });

  it('is not looked up when it is configured', async () => {
    const verify = verifierOf({ endpoint: `${issuer.issuer}/introspect` });
    await expect(verify(`Bearer ${issuer.issue()}`)).resolves.toMatchObject({ subject: 'alice' });
    expect(issuer.state.reads).toBe(0);
  });

  it('gets the secret that counts now', async () => {
    const verify = verifierOf();
    await verify(`Bearer ${issuer.issue()}`);
    issuer.state.secret = 'another';
    await expect(verify(`Bearer ${issuer.issue()}`)).resolves.toMatchObject({ subject: 'alice' });
  });

  it('that refuses the client is logged, without the secret and the token', async () => {
    const signIn = { ...issuer.signIn(), introspectionSecret: () => 'wrong-secret' };
    const verify = verifying(tokenVerifier(signIn, { log: { warn } }));
    const token = issuer.issue();
    await expect(refusal(verify(`Bearer ${token}`))).resolves.toMatchObject(DOWN);
    const [fields, message] = warn.mock.calls[0] ?? [];
    const { err } = fields as { err: Error };
    expect([err.message, message]).toEqual([expect.stringContaining('401'), expect.stringContaining('introspection')]);
    expect(`${err.stack} ${JSON.stringify(err)}`).not.toMatch(new RegExp(`wrong-secret|${token}`));
    expect(err.cause).toBeUndefined();
  });

  it.each<[string, () => object]>([
    ['redirects', () => ({ isMoved: true })],
    ['answers with 10 MB', () => ({ padding: 10 * 1024 * 1024 })],
    ['is of another issuer', () => ({ discovered: 'https://elsewhere.example' })],
  ])('that %s is not believed', async (_what, state) => {
    Object.assign(issuer.state, state());
    await expect(refusal(verifierOf()(`Bearer ${issuer.issue()}`))).resolves.toMatchObject(DOWN);
    expect(warn).toHaveBeenCalledTimes(1);
  });
});

describe('a JWT', () => {
  const others = () => [{ issuer: signer.issuer, audiences: ['gateway'], subjectPrefix: 'own:' }];

  it('of another issuer is verified by its keys, beside opaque tokens', async () => {
    const verify = verifierOf({ tokens: 'all' }, others());
    await expect(verify(`Bearer ${await signer.token()}`)).resolves.toMatchObject({ subject: 'own:alice' });
    await expect(verify(`Bearer ${issuer.issue()}`)).resolves.toMatchObject({ subject: 'alice' });
    expect(issuer.state.calls).toBe(1);
  });

  it('of the issuer is shown to it with tokens: all only', async () => {
    const jwt = issuer.issue({}, await signer.token({ iss: issuer.issuer }));
    await expect(refusal(verifierOf()(`Bearer ${jwt}`))).resolves.not.toHaveProperty('principal');
    expect(issuer.state.calls).toBe(0);
    await expect(verifierOf({ tokens: 'all' })(`Bearer ${jwt}`)).resolves.toMatchObject({ subject: 'alice' });
    expect(issuer.state.calls).toBe(1);
  });
});

it('is shown no API key', async () => {
  await expect(refusal(verifierOf()('Bearer mcpgw_0123456789abcdef_x'))).resolves.toMatchObject({
    code: 'SIGN_IN_REQUIRED',
  });
  expect(issuer.asked).toEqual([]);
});

it('does not name callers of another issuer', async () => {
  const other = { issuer: 'https://partner.example', audiences: ['gateway'], subjectPrefix: 'partner:' };
  const verify = verifierOf({}, [other]);
  await expect(refusal(verify(`Bearer ${issuer.issue({ sub: 'partner:bob' })}`))).resolves.toMatchObject({
    detail: 'the subject of the token begins with the subjectPrefix of another issuer',
  });
});

it('fails with the same words as other tokens', async () => {
  const error = await verifierOf()('Bearer unknown').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(GatewayError);
  expect((error as GatewayError).headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", /);
});

describe('settings', () => {
  const parsed = (...introspection: (object | undefined)[]) =>
    signInFields.OIDC_ISSUERS.parse(
      JSON.stringify(
        introspection.map((each, i) => ({
          issuer: `https://${i}.example`,
          audiences: ['gateway'],
          subjectPrefix: `${i}:`,
          introspection: each,
        })),
      ),
    );

  it.each([
    ['for two issuers', [{ clientId: 'a' }, { clientId: 'b' }], 'must have introspection for one issuer at most'],
    ['without a client', [{}], 'introspection.clientId'],
    ['with an http endpoint', [{ clientId: 'a', endpoint: 'http://a.example' }], 'must be an https URL'],
    ['with other tokens', [{ clientId: 'a', tokens: 'none' }], 'introspection.tokens'],
  ])('%s are refused', (_what, introspection, message) => {
    expect(() => parsed(...introspection)).toThrow(message);
  });

  it.each([
    ['introspection without a secret', { clientId: 'a' }, undefined, /needs OIDC_INTROSPECTION_SECRET/],
    ['a secret without introspection', undefined, 'secret', /no issuer of OIDC_ISSUERS has introspection/],
    ['both', { clientId: 'a' }, 'secret', /^$/],
  ])('%s: the service says so at the start', (_what, introspection, secret, fault) => {
    const config = { AUTH_MODE: 'oidc' as const, OIDC_ISSUERS: parsed(introspection) };
    expect(signInFault({ ...config, OIDC_INTROSPECTION_SECRET: secret }) ?? '').toMatch(fault);
  });
});
