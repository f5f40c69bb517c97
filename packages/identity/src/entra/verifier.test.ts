import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  ALICE,
  CLIENT_ID,
  ENTRA,
  OID,
  OTHER_TENANT,
  signInFrom,
  startEntra,
  TENANT,
} from '../../../../test/support/entra.js';
import { fetcherFrom, type TestIssuer } from '../../../../test/support/issuer.js';
import { refusal, verifying } from '../../../../test/support/verifier.js';
import { tokenVerifier } from '../config.js';

const SECONDS = 1000;
const warn = jest.fn();
let clock = 0;
const standIns = new Map<1 | 2, TestIssuer>();

beforeAll(async () => {
  for (const version of [1, 2] as const) standIns.set(version, await startEntra(version));
});
afterAll(() => Promise.all([...standIns.values()].map((each) => each.stop())));

const standIn = (version: 1 | 2): TestIssuer => standIns.get(version) as TestIssuer;
const verifierOf = ({ url }: Pick<TestIssuer, 'url'>, env: Record<string, string> = {}) =>
  verifying(
    tokenVerifier(signInFrom({ ...ENTRA, ...env }), {
      log: { warn },
      now: () => Date.now() + clock,
      fetchJson: fetcherFrom({ url }),
    }),
  );
const bearer = async (version: 1 | 2, ...of: Parameters<TestIssuer['token']>) =>
  `Bearer ${await standIn(version).token(...of)}`;
const verify = async (version: 1 | 2, claims: Record<string, unknown>, env?: Record<string, string>) =>
  refusal(verifierOf(standIn(version), env)(await bearer(version, claims)));

describe.each([1, 2] as const)('a token of version %d', (version) => {
  it('names the caller by tenant and object id', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60;
    expect(await verify(version, { exp, roles: ['mcp.admin', 'team'] })).toEqual({
      principal: {
        subject: ALICE,
        name: 'Alice Ä.',
        roles: ['mcp.admin', 'team'],
        tenant: 'default',
        signIn: expect.stringContaining(version === 1 ? 'sts.windows.net' : 'login.microsoftonline.com'),
        expiresAt: exp + 20,
      },
    });
  });

  it('of an application has its app roles', async () => {
    const own = { scp: undefined, name: undefined, preferred_username: undefined, upn: undefined, idtyp: 'app' };
    expect(await verify(version, { ...own, roles: ['mcp.caller'] })).toMatchObject({
      principal: { subject: ALICE, name: OID, roles: ['mcp.caller'] },
    });
    expect(await verify(version, { ...own, roles: undefined })).toMatchObject({
      code: 'FORBIDDEN',
      detail: expect.stringContaining('neither a scope nor an app role'),
    });
  });

  it.each([CLIENT_ID, `api://${CLIENT_ID}`])('is accepted for %s', async (aud) => {
    expect(await verify(version, { aud })).toMatchObject({ principal: { subject: ALICE } });
  });

  it('is verified once, and again after five minutes', async () => {
    const { state, rotate } = standIn(version);
    const verifyIt = verifierOf(standIn(version));
    const token = await bearer(version, { exp: Math.floor(Date.now() / 1000) + 3_600 });
    await verifyIt(token);
    state.isDown = true;
    await rotate(`next-${version}`);
    clock = 299 * SECONDS;
    await expect(verifyIt(token)).resolves.toMatchObject({ subject: ALICE });
    state.isDown = false;
    clock = 2 * 3_600 * SECONDS;
    await expect(refusal(verifyIt(token))).resolves.toMatchObject({ detail: 'the token has expired' });
    clock = 0;
  });

  it('of a tenant that is not allowed is refused, whatever its iss or tid says', async () => {
    const own = standIn(version).issuer;
    const foreign = own.replace(TENANT, OTHER_TENANT);
    const accepted = 'the token is of an issuer that is not accepted here';
    expect(await verify(version, { iss: foreign, tid: OTHER_TENANT })).toMatchObject({ detail: accepted });
    expect(await verify(version, { iss: foreign })).toMatchObject({ detail: accepted });
    const mixed = 'tid of the token names another tenant than its iss';
    expect(await verify(version, { tid: OTHER_TENANT })).toMatchObject({ detail: mixed });
    const both = { ENTRA_TENANT_IDS: `${TENANT}, ${OTHER_TENANT}` };
    expect(await verify(version, { tid: OTHER_TENANT }, both)).toMatchObject({ detail: mixed });
    expect(await verify(version, { iss: foreign, tid: OTHER_TENANT }, both)).toMatchObject({
      principal: { subject: `${OTHER_TENANT}/${OID}` },
    });
  });

  it('with group overage is refused where groups are configured, and there only', async () => {
    const overage = version === 1 ? { hasgroups: true } : { _claim_names: { groups: 'src1' } };
    const groups = { ENTRA_ROLE_CLAIMS: 'roles,groups', ENTRA_ROLE_MAPPING: '{"group-1": ["mcp.admin"]}' };
    expect(await verify(version, overage)).toMatchObject({ principal: { roles: ['team'] } });
    expect(await verify(version, { groups: ['group-1'] }, groups)).toMatchObject({
      principal: { roles: ['team', 'group-1', 'mcp.admin'] },
    });
    expect(await verify(version, overage, groups)).toMatchObject({
      code: 'FORBIDDEN',
      detail: expect.stringContaining('group overage'),
    });
  });

  it('needs one of the configured scopes, and gets its scopes as roles if configured', async () => {
    const env = { ENTRA_SCOPES: 'mcp.access, mcp.write, offline_access', ENTRA_ROLE_CLAIMS: 'scp' };
    expect(await verify(version, { scp: 'x mcp.write' }, env)).toMatchObject({
      principal: { roles: ['x', 'mcp.write'] },
    });
    expect(await verify(version, { scp: 'mcp.write.all mcp' }, env)).toMatchObject({ code: 'FORBIDDEN' });
    expect(await verify(version, { scp: 'x' }, env)).toEqual({
      code: 'FORBIDDEN',
      detail: 'the token has none of the scopes mcp.access, mcp.write',
      challenge:
        'Bearer error="insufficient_scope", error_description="the token has none of the scopes mcp.access, mcp.write", ' +
        `scope="api://${CLIENT_ID}/mcp.access api://${CLIENT_ID}/mcp.write offline_access"`,
    });
  });
});

describe.each([
  ['us-government', 'https://login.microsoftonline.us', 'https://sts.windows.net'],
  ['china', 'https://login.partner.microsoftonline.cn', 'https://sts.chinacloudapi.cn'],
])('the cloud %s', (ENTRA_CLOUD, authority, sts) => {
  it.each([1, 2] as const)('signs in callers with tokens of version %d', async (version) => {
    const cloud = await startEntra(version, { authority, sts });
    const token = `Bearer ${await cloud.token()}`;
    const origins: string[] = [];
    const verifyIt = verifying(
      tokenVerifier(signInFrom({ ...ENTRA, ENTRA_CLOUD }), {
        log: { warn },
        fetchJson: (from) => (origins.push(new URL(from).origin), fetcherFrom(cloud)(from)),
      }),
    );
    await expect(verifyIt(token)).resolves.toMatchObject({ subject: ALICE });
    expect(origins).toEqual([authority, authority]);
    await cloud.stop();
  });
});

it('a token of another cloud is refused', async () => {
  const { issuer } = standIn(2);
  expect(await verify(2, {}, { ENTRA_CLOUD: 'china' })).toMatchObject({ code: 'SIGN_IN_REQUIRED' });
  expect(await verify(2, { iss: issuer.replace('.com', '.us') })).toMatchObject({ code: 'SIGN_IN_REQUIRED' });
});

it('an issuer that differs by case or a slash is logged beside the configured one', async () => {
  const { issuer } = standIn(2);
  await verify(2, { iss: `${issuer}/` });
  const seen = { tokenIssuer: `${issuer}/`, configuredIssuer: issuer };
  expect(warn).toHaveBeenCalledWith(seen, expect.stringContaining('not exactly the configured one'));
});
