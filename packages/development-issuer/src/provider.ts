import { errors, Provider, type AccessToken, type ClientCredentials, type Configuration } from 'oidc-provider';
import { devicePage, donePage, sendPage } from './pages.js';
import type { State } from './state.js';
import { USERS, userOf } from './users.js';

const TOKEN_SECONDS = 3_600;
/** The scope of the gateway. */
export const SCOPE = 'mcp.use';
export const SCOPES = ['openid', 'profile', 'offline_access', SCOPE];
export const SIGN_IN_PATH = '/sign-in';

/** Whether a token may be for this URL. */
const isBelow = (resource: string, gatewayUrls: readonly string[]): boolean =>
  URL.canParse(resource) && gatewayUrls.some((url) => new URL(resource).href.startsWith(`${url}/`));

/**
 * The OpenID provider. Its tokens are JWTs for a URL of the gateway (RFC 8707), or for all of it.
 * @param gatewayUrls without a slash at their ends; the first is the one that tokens are for by default
 */
export function developmentProvider(
  issuer: string,
  { key, cookieKey, secret }: State,
  gatewayUrls: readonly string[],
  adapter: Configuration['adapter'],
): Provider {
  const cookie = `issuer-${new URL(issuer).port}`;
  const provider = new Provider(issuer, {
    adapter,
    jwks: { keys: [key] },
    // Cookies do not know ports, and several issuers may run on one machine.
    cookies: {
      keys: [cookieKey],
      names: { session: cookie, interaction: `${cookie}-interaction`, resume: `${cookie}-resume` },
    },
    clients: USERS.map(({ id }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    // A native client may use any port of loopback, or a scheme of its own (RFC 8252). MCP clients do, and rarely say that they are native.
    clientDefaults: { application_type: 'native', id_token_signed_response_alg: 'ES256' },
    scopes: SCOPES,
    claims: { openid: ['sub'], profile: ['name'] },
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    findAccount: (_context, id) => {
      const user = userOf(id);
      return user && { accountId: id, claims: () => ({ sub: id, name: user.name }) };
    },
    extraTokenClaims: (_context, token) => {
      const user = userOf(subjectOf(token));
      return user && { name: user.name, roles: user.roles };
    },
    interactions: { url: (_context, { uid }) => `${SIGN_IN_PATH}/${uid}` },
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    renderError: (context, { error, error_description: why }) => {
      sendPage(context.res, donePage('Sign-in failed', `${error}: ${why ?? ''}`), 400);
      context.respond = false;
    },
    ttl: {
      AccessToken: TOKEN_SECONDS,
      ClientCredentials: TOKEN_SECONDS,
      IdToken: TOKEN_SECONDS,
      Interaction: 3_600,
      Session: 3_600,
      Grant: 14 * 86_400,
      RefreshToken: 14 * 86_400,
      DeviceCode: 600,
    },
    features: featuresOf(gatewayUrls),
  });
  return provider;
}

const subjectOf = (token: AccessToken | ClientCredentials): string =>
  ('accountId' in token ? token.accountId : token.clientId) ?? '';

function featuresOf(gatewayUrls: readonly string[]): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    // With it, a token for `openid` alone would be opaque.
    userinfo: { enabled: false },
    registration: { enabled: true },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    clientCredentials: { enabled: true },
    revocation: {
      enabled: true,
      // A client ends its own tokens, which it holds, and no others (RFC 7009 §2.1).
      allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: false },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (context, form, _out, error) =>
        void (context.body = devicePage(context.res, form, error ? 'That code is not known.' : 'Enter the code.')),
      userCodeConfirmSource: (context, form, _client, _device, code) =>
        void (context.body = devicePage(context.res, form, `Continue if your terminal shows ${code}.`)),
      successSource: (context) =>
        void (context.body = devicePage(context.res, '', 'You are signed in. Close this page.')),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_context, _client, oneOf) => oneOf?.[0] ?? `${gatewayUrls[0]}/`,
      useGrantedResource: () => true,
      getResourceServerInfo(_context, resource) {
        if (!isBelow(resource, gatewayUrls)) {
          throw new errors.InvalidTarget(
            `${resource} is no URL of the gateway, which is at ${gatewayUrls.join(' or ')}. Behind a proxy, set MCP_GATEWAY_PUBLIC_URL.`,
          );
        }
        return {
          scope: SCOPE,
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        };
      },
    },
  };
}
