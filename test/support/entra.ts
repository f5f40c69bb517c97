import { signInFields, signInOf, type SignIn } from '@mcp-gateway/identity';
import { startIssuer, type TestIssuer } from './issuer.js';

export const TENANT = '11111111-aaaa-4bbb-8ccc-222222222222';
export const OTHER_TENANT = '33333333-aaaa-4bbb-8ccc-444444444444';
export const CLIENT_ID = '55555555-aaaa-4bbb-8ccc-666666666666';
/** Of the caller. */
export const OID = '77777777-aaaa-4bbb-8ccc-888888888888';
export const ALICE = `${TENANT}/${OID}`;

const PUBLIC = { authority: 'https://login.microsoftonline.com', sts: 'https://sts.windows.net' };

export const ENTRA = { AUTH_MODE: 'entra', ENTRA_TENANT_IDS: TENANT, ENTRA_CLIENT_ID: CLIENT_ID };

/** What a service makes of these variables. */
export function signInFrom(env: Record<string, string>): SignIn {
  const fields = Object.entries(signInFields).map(([name, field]) => [name, field.parse(env[name])]);
  const signIn = signInOf({ AUTH_MODE: env['AUTH_MODE'] as 'entra', ...Object.fromEntries(fields) });
  if (!signIn) throw new Error('these variables are of development sign-in');
  return signIn;
}

/** Claims as Entra puts them into access tokens of one version, for a person. */
const claimsOf = (version: 1 | 2, tid: string = TENANT): Record<string, unknown> => ({
  tid,
  oid: OID,
  sub: 'pairwise-subject-of-this-application',
  name: 'Alice Ä.',
  scp: 'mcp.access',
  roles: ['team'],
  ...(version === 1
    ? { ver: '1.0', aud: `api://${CLIENT_ID}`, appid: 'client', upn: 'alice@example.com', idp: 'live.com' }
    : { ver: '2.0', aud: CLIENT_ID, azp: 'client', preferred_username: 'alice@example.com' }),
});

/**
 * Entra on loopback, for one kind of its tokens: documents at the paths and with the fields of Entra (discovery of both
 * versions, for the tenants), RS256. Its URLs are the real ones, so read them with `fetcherFrom`.
 */
export function startEntra(version: 1 | 2, cloud = PUBLIC, tenant: string = TENANT): Promise<TestIssuer> {
  const { authority, sts } = cloud;
  const issuerOf = (tid: string, v2: boolean) => (v2 ? `${authority}/${tid}/v2.0` : `${sts}/${tid}/`);
  return startIssuer({
    alg: 'RS256',
    iss: issuerOf(tenant, version === 2),
    claims: claimsOf(version, tenant),
    published: ({ alg: _, ...key }) => ({
      ...key,
      x5t: key.kid,
      x5c: ['MIIC'],
      issuer: `${authority}/{tenantid}/v2.0`,
    }),
    document(path) {
      const [, tid = '', v2, page] =
        /^\/([\da-f-]{36})(\/v2\.0)?\/(?:\.well-known\/openid-(configuration)|discovery\/(?:v2\.0\/)?keys)$/.exec(
          path,
        ) ?? [];
      if (tid === '') return undefined;
      if (!page) return 'keys';
      return {
        issuer: issuerOf(tid, v2 !== undefined),
        jwks_uri: `${authority}/${tid}/discovery${v2 ?? ''}/keys`,
        authorization_endpoint: `${authority}/${tid}/oauth2${v2 ?? ''}/authorize`,
        token_endpoint: `${authority}/${tid}/oauth2${v2 ?? ''}/token`,
        id_token_signing_alg_values_supported: ['RS256'],
        response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
        subject_types_supported: ['pairwise'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        tenant_region_scope: 'EU',
      };
    },
  });
}
