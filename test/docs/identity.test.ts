import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { type SignIn, tokenVerifier } from '@mcp-gateway/identity';
import { signInFrom, startEntra } from '../support/entra.js';
import { startIntrospectingIssuer } from '../support/introspecting-issuer.js';
import { fetcherFrom, type IssuerShape, startIssuer, type TestIssuer } from '../support/issuer.js';
import { repository } from '../support/launch.js';
import { oidcSignIn, refusal, verifying } from '../support/verifier.js';

const text = await readFile(repository('docs/identity.md'), 'utf8');

/** The blocks of code below a heading, up to the next one. */
function blocksOf(heading: string, language: string): string[] {
  const [, section] = new RegExp(`^#+ ${heading}$(.*?)(?=^#+ )`, 'ms').exec(text) ?? [];
  return Array.from(
    (section ?? '').matchAll(new RegExp(`^ *\`\`\`${language}$(.*?)^ *\`\`\`$`, 'gms')),
    ([, code = '']) => code,
  );
}

/** Variables as a shell reads them. */
const environment = (code: string): Record<string, string> =>
  Object.fromEntries(
    Array.from(code.matchAll(/^ *([A-Z_]+)=(?:'([^']*)'|(.*))$/gm), ([, name, quoted, plain]) => [
      name,
      quoted ?? plain,
    ]),
  ) as Record<string, string>;

/** What a gateway with these settings makes of a token. */
async function signInWith(signIn: SignIn, issuer: TestIssuer, claims: object, header: object = {}) {
  const log = { warn: () => {} };
  const verify = verifying(tokenVerifier(signIn, { log, fetchJson: fetcherFrom(issuer) }));
  return refusal(verify(`Bearer ${await issuer.token({ ...claims }, { ...header })}`));
}

async function stopping<T>(starting: Promise<TestIssuer>, use: (issuer: TestIssuer) => Promise<T>): Promise<T> {
  const issuer = await starting;
  try {
    return await use(issuer);
  } finally {
    await issuer.stop();
  }
}

interface Shape {
  heading: string;
  issuer: string;
  /** Claims of access tokens as the provider documents them. */
  claims: Record<string, unknown>;
  header?: object;
  principal: object;
}

const PROVIDERS: Shape[] = [
  {
    heading: 'Keycloak',
    issuer: 'https://keycloak.example.com/realms/tools',
    claims: {
      jti: 'onrtac:7a1c1a2e',
      aud: ['mcp-gateway', 'account'],
      sub: '0b5e3a5c-6a1f-4c1e-9f0e-1f2e3d4c5b6a',
      typ: 'Bearer',
      azp: 'mcp-client',
      sid: '5f0e',
      acr: '1',
      'allowed-origins': ['https://client.example.com'],
      realm_access: { roles: ['team', 'offline_access'] },
      resource_access: { account: { roles: ['manage-account'] } },
      scope: 'openid profile email',
      email_verified: true,
      name: 'Alice A.',
      preferred_username: 'alice',
    },
    principal: {
      subject: '0b5e3a5c-6a1f-4c1e-9f0e-1f2e3d4c5b6a',
      name: 'Alice A.',
      roles: ['team', 'offline_access'],
    },
  },
  {
    heading: 'Auth0',
    issuer: 'https://TENANT.eu.auth0.com/',
    claims: {
      'https://mcp.example.com/roles': ['team'],
      aud: ['https://mcp.example.com/', 'https://TENANT.eu.auth0.com/userinfo'],
      sub: 'auth0|650000000000000000000000',
      azp: 'client',
      scope: 'openid profile',
    },
    principal: { subject: 'auth0|650000000000000000000000', roles: ['team'] },
  },
  {
    heading: 'Okta',
    issuer: 'https://EXAMPLE.okta.com/oauth2/default',
    claims: {
      ver: 1,
      aud: 'api://default',
      cid: '0oa',
      uid: '00u',
      scp: ['openid'],
      sub: 'alice@example.com',
      groups: ['team'],
    },
    principal: { subject: 'alice@example.com', roles: ['team'] },
  },
];

describe('docs/identity.md configures right at the first try', () => {
  it.each(PROVIDERS)('a token in the shape of $heading', async ({ heading, issuer, claims, principal }) => {
    const [settings = ''] = blocksOf(heading, 'json');
    const shape: IssuerShape = { alg: 'RS256', iss: issuer, claims };
    await stopping(startIssuer(shape), async (standIn) => {
      const keys = `${new URL(issuer).origin}/keys`;
      shape.document = (path) => (path === '/keys' ? 'keys' : { jwks_uri: keys });
      const signIn = oidcSignIn([JSON.parse(settings) as object]);
      expect(await signInWith(signIn, standIn, {})).toMatchObject({ principal });
    });
  });

  it('the introspection of a lightweight token of Keycloak', async () => {
    const issuer = await startIntrospectingIssuer();
    try {
      const [settings = ''] = blocksOf('Opaque tokens', 'json');
      const configured = JSON.parse(settings.replace('https://keycloak.example.com', issuer.issuer)) as {
        issuer: string;
        introspection: object;
      };
      issuer.state.discovered = configured.issuer;
      const introspection = { ...configured.introspection, clientId: issuer.settings().introspection.clientId };
      const signIn = {
        ...oidcSignIn([{ ...configured, introspection }]),
        introspectionSecret: () => issuer.state.secret,
      };
      const token = issuer.issue({
        iss: configured.issuer,
        aud: ['mcp-gateway', 'account'],
        typ: 'Bearer',
        token_type: undefined,
        username: 'alice',
        preferred_username: 'alice',
        realm_access: { roles: ['team', 'offline_access'] },
      });
      const verify = verifying(tokenVerifier(signIn, { log: { warn: () => {} } }));
      expect(await refusal(verify(`Bearer ${token}`))).toMatchObject({
        principal: { subject: 'alice', name: 'alice', roles: ['team', 'offline_access'] },
      });
    } finally {
      await issuer.stop();
    }
  });

  const TENANT = '11111111-1111-1111-1111-111111111111';
  const CLIENT = '22222222-2222-2222-2222-222222222222';
  const GROUP = '33333333-3333-3333-3333-333333333333';
  const OID = 'aaaaaaaa-1111-4bbb-8ccc-222222222222';
  const ENTRA = {
    1: {
      header: { x5t: 'first' },
      claims: {
        acr: '1',
        aio: 'x',
        amr: ['pwd'],
        appid: 'client',
        appidacr: '0',
        ipaddr: '203.0.113.5',
        rh: '0.x',
        uti: 'x',
      },
      audiences: [`api://${CLIENT}`, CLIENT],
    },
    2: {
      header: {},
      claims: { aio: 'x', azp: 'client', azpacr: '0', rh: '0.x', uti: 'x' },
      audiences: [CLIENT],
    },
  };
  const own = { oid: OID, scp: 'mcp.access', roles: ['team'], groups: [GROUP] };
  const documented = (heading: string) => environment(blocksOf(heading, 'sh').join('\n'));

  it.each([1, 2] as const)('tokens in the shape of Entra, version %d', async (version) => {
    const { header, claims, audiences } = ENTRA[version];
    await stopping(startEntra(version, undefined, TENANT), async (standIn) => {
      const settings = documented('Microsoft Entra ID');
      for (const aud of audiences) {
        expect(await signInWith(signInFrom(settings), standIn, { ...claims, ...own, aud }, header)).toMatchObject({
          principal: { subject: `${TENANT}/${OID}`, name: 'Alice Ä.', roles: ['team'] },
        });
      }
      const withGroups = { ...settings, ...documented('Settings of Entra') };
      expect(await signInWith(signInFrom(withGroups), standIn, { ...own, aud: audiences[0] })).toMatchObject({
        principal: { roles: ['team', GROUP, 'mcp.admin'] },
      });
    });
  });

  it.each([1, 2] as const)('Entra with URLs as Application ID URIs, version %d', async (version) => {
    const settings = documented('When Entra refuses `resource` \\(AADSTS9010010\\)');
    const aud = version === 1 ? 'https://mcp.example.com/adapters/echo/mcp' : CLIENT;
    await stopping(startEntra(version, undefined, TENANT), async (standIn) => {
      expect(await signInWith(signInFrom(settings), standIn, { ...own, aud })).toMatchObject({
        principal: { roles: ['team'] },
      });
    });
  });
});
