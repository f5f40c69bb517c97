import { describe, expect, it } from '@jest/globals';
import { CLIENT_ID, ENTRA, OTHER_TENANT, signInFrom, TENANT } from '../../../../test/support/entra.js';
import { entraFields } from './settings.js';

const settingsOf = (env: Record<string, string>) => {
  const signIn = signInFrom({ ...ENTRA, ...env });
  return signIn.mode === 'entra' ? signIn.entra : undefined;
};

describe('settings of Entra ID', () => {
  it('accept both versions of each tenant, for the client id and the Application ID URI', () => {
    const spelled = `${TENANT.toUpperCase()} , ${OTHER_TENANT},${TENANT}`;
    const settings = settingsOf({ ENTRA_TENANT_IDS: spelled, ENTRA_CLIENT_ID: CLIENT_ID.toUpperCase() });
    const issuers = [TENANT, OTHER_TENANT].flatMap((id) => [
      `https://login.microsoftonline.com/${id}/v2.0`,
      `https://sts.windows.net/${id}/`,
    ]);
    expect(settings?.issuers.map(({ issuer }) => issuer)).toEqual(issuers);
    expect(settings).toMatchObject({ audiences: [CLIENT_ID, `api://${CLIENT_ID}`], requiredScopes: [] });
  });

  it.each([
    [{}, [`api://${CLIENT_ID}/.default`]],
    [{ ENTRA_APP_ID_URI: 'api://gateway/' }, ['api://gateway/.default']],
    [{ ENTRA_APP_ID_URI: 'https://mcp.example.com/*' }, ['{resource}/.default']],
    [{ ENTRA_SCOPES: 'mcp.access openid' }, [`api://${CLIENT_ID}/mcp.access`, 'openid']],
  ])('with %j tell clients to request %j', (env, scopes) => {
    expect(settingsOf(env)?.authorizationServers).toEqual([
      { issuer: `https://login.microsoftonline.com/${TENANT}/v2.0`, scopes },
    ]);
  });

  it.each<[keyof typeof entraFields, string, string]>([
    ['ENTRA_TENANT_IDS', 'common', 'must be ids of tenants'],
    ['ENTRA_TENANT_IDS', `${TENANT},contoso.onmicrosoft.com`, 'must be ids of tenants'],
    ['ENTRA_TENANT_IDS', ' , ', 'must be ids of tenants'],
    ['ENTRA_CLIENT_ID', 'gateway', 'must be the application (client) id of the gateway'],
    ['ENTRA_APP_ID_URI', 'http://mcp.example.com', 'must be the Application ID URI'],
    ['ENTRA_APP_ID_URI', 'api://a"b', 'must be the Application ID URI'],
    ['ENTRA_SCOPES', 'api://gateway/mcp.access', 'must be names of scopes without the Application ID URI'],
    ['ENTRA_CLOUD', 'germany', 'must be "public", "us-government" or "china"'],
    ['ENTRA_ROLE_CLAIMS', 'roles,wids', 'must be of "roles", "groups" and "scp"'],
    ['ENTRA_ROLE_MAPPING', 'group=admin', 'must be JSON'],
    ['ENTRA_ROLE_MAPPING', '{"group": "mcp.admin"}', 'must be JSON'],
  ])('%s=%s is refused', (name, value, message) => {
    expect(entraFields[name].safeParse(value).error?.issues[0]?.message).toContain(message);
  });
});
