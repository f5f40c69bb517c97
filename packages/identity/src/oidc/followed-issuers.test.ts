import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startIntrospectingIssuer } from '../../../../test/support/introspecting-issuer.js';
import { startIssuer, type TestIssuer } from '../../../../test/support/issuer.js';
import { refusal, type Verify, verifying } from '../../../../test/support/verifier.js';
import { FollowedIssuers, signInsOfIssuers } from './followed-issuers.js';
import { introspectedTokens } from './introspection/introspection.js';
import { OidcIssuers } from './issuer.js';
import { oidcVerifier } from './verifier.js';

let one: TestIssuer;
let other: TestIssuer;
beforeAll(async () => {
  [one, other] = await Promise.all([startIssuer(), startIssuer()]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

const log = { warn: jest.fn() };
const settings = (...issuers: object[]) =>
  OidcIssuers.parse(JSON.stringify(issuers.map((each) => ({ audiences: ['gateway'], ...each }))));

describe('issuers that are exchanged', () => {
  let followed: FollowedIssuers;
  let verify: Verify;
  let bearers: [string, string];
  beforeEach(async () => {
    one.state.reads = 0;
    followed = new FollowedIssuers(settings({ issuer: one.issuer }));
    verify = verifying(oidcVerifier(followed, { log }));
    bearers = [`Bearer ${await one.token()}`, `Bearer ${await other.token()}`];
  });
  const NOT_ACCEPTED = { detail: 'the token is of an issuer that is not accepted here' };

  it('sign in the callers of the new one, and no longer those of the old one', async () => {
    await expect(verify(bearers[0])).resolves.toMatchObject({ subject: 'alice', signIn: one.issuer });
    await expect(refusal(verify(bearers[1]))).resolves.toMatchObject(NOT_ACCEPTED);
    followed.replace(settings({ issuer: other.issuer }));
    await expect(refusal(verify(bearers[0]))).resolves.toMatchObject(NOT_ACCEPTED);
    await expect(verify(bearers[1])).resolves.toMatchObject({ subject: 'alice', signIn: other.issuer });
  });

  it('have other settings at once, and keep the keys that are known', async () => {
    await verify(bearers[0]);
    const { reads } = one.state;
    followed.replace(settings({ issuer: one.issuer, subjectPrefix: 'one/' }));
    await expect(verify(bearers[0])).resolves.toMatchObject({ subject: 'one/alice' });
    expect(one.state.reads).toBe(reads);
  });

  it('leave the tokens remembered when nothing has changed', async () => {
    const listener = jest.fn();
    followed.onIssuersChange(listener);
    followed.replace(settings({ issuer: one.issuer }));
    expect(listener).not.toHaveBeenCalled();
  });

  it('end the sign-ins of an issuer that is gone, and no others', () => {
    const signIns = signInsOfIssuers(followed);
    const revoked = jest.fn();
    signIns?.onRevoked(revoked);
    const held = (signIn: string, more: object = {}) =>
      signIns?.isHeld({ subject: 'alice', name: 'alice', roles: [], tenant: 'default', signIn, ...more });
    expect([held(one.issuer), held(other.issuer), held('api-key', { apiKey: 'k' })]).toEqual([true, false, true]);
    followed.replace(settings({ issuer: other.issuer }));
    expect(revoked).toHaveBeenCalledTimes(1);
    expect([held(one.issuer), held(other.issuer), held('api-key', { apiKey: 'k' })]).toEqual([false, true, true]);
    expect(signInsOfIssuers({ issuers: [] })).toBeUndefined();
  });

  it('stay as they are when introspection would change', () => {
    const introspection = { clientId: 'gateway' };
    const changed = settings({ issuer: one.issuer, introspection });
    expect(() => followed.replace(changed)).toThrow('OIDC_ISSUERS has another introspection; restart the service');
    expect(followed.issuers).toEqual(settings({ issuer: one.issuer }));
  });
});

it('the issuer that is asked about tokens names subjects by its settings of now', async () => {
  const asked = await startIntrospectingIssuer();
  try {
    const of = (subjectPrefix: string) => settings({ ...asked.settings({}), subjectPrefix });
    const followed = Object.assign(new FollowedIssuers(of('a/')), { introspectionSecret: () => asked.state.secret });
    const tokens = introspectedTokens(followed, { log });
    const subject = async () => {
      const token = asked.issue();
      return (await tokens?.verify(token, token, undefined))?.subject;
    };
    expect(await subject()).toBe('a/alice');
    followed.replace(of('b/'));
    expect(await subject()).toBe('b/alice');
  } finally {
    await asked.stop();
  }
});
