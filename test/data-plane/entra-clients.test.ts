import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Client as ModernClient,
  ClientCredentialsProvider as ModernCredentials,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { tokenVerifier } from '@mcp-gateway/identity';
import { ALICE, CLIENT_ID, ENTRA, signInFrom, startEntra, TENANT } from '../support/entra.js';
import { startEntraSignIn } from '../support/entra-sign-in.js';
import { fetcherFrom, type TestIssuer } from '../support/issuer.js';
import { startGateway } from './support/gateway.js';
import { startSdkServer } from './support/sdk-server.js';
import { routeTo } from './support/upstream.js';

const PUBLIC = 'https://mcp.example.com';
const MCP = `${PUBLIC}/adapters/echo/mcp`;
/** As docs/identity.md says for clients that send `resource`. */
const URLS_AS_ID_URIS = { ENTRA_APP_ID_URI: `${PUBLIC}/*` };
const ONE_SCOPE = { ...URLS_AS_ID_URIS, ENTRA_SCOPES: 'mcp.access,offline_access' };
const REGISTRATION = { identifierUris: [`api://${CLIENT_ID}`, MCP], scopes: ['mcp.access'] };

const issuers = new Map<1 | 2, TestIssuer>();
beforeAll(async () => {
  for (const version of [1, 2] as const) issuers.set(version, await startEntra(version));
});
afterAll(() => Promise.all([...issuers.values()].map((each) => each.stop())));

/** A gateway at its public URL, Entra at its own URLs, and the only fetch that reaches both. */
async function world(version: 1 | 2, env: Record<string, string>) {
  const issuer = issuers.get(version) as TestIssuer;
  const signIn = signInFrom({ ...ENTRA, ...env });
  const entra = await startEntraSignIn(issuer, REGISTRATION);
  const server = await startSdkServer();
  const gateway = await startGateway({
    routes: [routeTo(server.endpoint, { createdBy: 'bob', requiredRoles: ['team'] })],
    signIn,
    verifier: tokenVerifier(signIn, { log: { warn: () => {} }, fetchJson: fetcherFrom(issuer) }),
    publicUrl: PUBLIC,
  });
  const reach = (url: string) =>
    url.replace(PUBLIC, gateway.url).replace('https://login.microsoftonline.com', entra.url);
  const reachingFetch = (url: string | URL, init?: RequestInit) => fetch(reach(String(url)), init);
  return { server, entra, reach, reachingFetch };
}

/** The part of a client that a person sees: it opens the page of Entra and comes back with a code. */
function person(reach: (url: string) => string) {
  let tokens: object | undefined;
  let verifier = '';
  let callback = new URLSearchParams();
  let discovered: object | undefined;
  return {
    callback: () => callback,
    provider: {
      redirectUrl: 'http://localhost/callback',
      clientMetadata: { redirect_uris: ['http://localhost/callback'], token_endpoint_auth_method: 'none' },
      clientInformation: () => ({ client_id: 'client' }),
      tokens: () => tokens as { access_token: string; token_type: string; refresh_token?: string } | undefined,
      saveTokens: (saved: object) => void (tokens = saved),
      saveCodeVerifier: (saved: string) => void (verifier = saved),
      codeVerifier: () => verifier,
      saveDiscoveryState: (saved: object) => void (discovered = saved),
      discoveryState: () => discovered as { authorizationServerUrl: string } | undefined,
      async redirectToAuthorization(url: URL) {
        const answer = await fetch(reach(url.href), { redirect: 'manual' });
        const location = answer.headers.get('location');
        if (location === null)
          throw new Error(((await answer.json()) as { error_description: string }).error_description);
        callback = new URL(location).searchParams;
      },
    },
  };
}

const LINES = {
  'the SDK': () => ({
    client: new Client({ name: 'test', version: '1.0.0' }),
    Transport: StreamableHTTPClientTransport,
  }),
  'the SDK of 2026': () => ({
    client: new ModernClient({ name: 'test', version: '1.0.0' }),
    Transport: ModernTransport,
  }),
};
type World = Awaited<ReturnType<typeof world>>;

/** Signs in as a person does, and lists the tools. */
async function signInWith(line: keyof typeof LINES, { reach, reachingFetch }: World) {
  const { provider, callback } = person(reach);
  const options = { authProvider: provider, fetch: reachingFetch };
  const connect = async () => {
    const { client, Transport } = LINES[line]();
    const transport = new Transport(new URL(MCP), options);
    return { transport, client, connected: client.connect(transport) };
  };
  const first = await connect();
  await expect(first.connected).rejects.toThrow(/Unauthorized/);
  await first.transport.finishAuth(callback().get('code') ?? '');
  const { client, connected } = await connect();
  await connected;
  const { tools } = await client.listTools();
  await client.close();
  return { tools, provider };
}

describe.each([1, 2] as const)('with tokens of version %d', (version) => {
  it.each(Object.keys(LINES) as (keyof typeof LINES)[])(
    'a client of %s signs in, although Entra refuses a resource that does not match',
    async (line) => {
      const started = await world(version, ONE_SCOPE);
      const { tools, provider } = await signInWith(line, started);
      expect(tools.length).toBeGreaterThan(0);
      expect(started.server.seen.at(-1)?.headers).toEqual(
        expect.arrayContaining([
          ['X-Mcp-UserId', ALICE],
          ['X-Mcp-Roles', 'team'],
        ]),
      );
      const sent = { resource: MCP, scope: `${MCP}/mcp.access offline_access` };
      expect(started.entra.requests[0]).toEqual({ path: `/${TENANT}/oauth2/v2.0/authorize`, ...sent });

      // Its token has ended: the client gets another one, which Entra gives for the same resource only.
      provider.saveTokens({ ...provider.tokens(), access_token: 'ended' });
      const { client, Transport } = LINES[line]();
      const { reachingFetch, entra } = started;
      await client.connect(new Transport(new URL(MCP), { authProvider: provider, fetch: reachingFetch }));
      expect((await client.listTools()).tools).toEqual(tools);
      expect(entra.requests).toHaveLength(3);
      expect(entra.requests[2]).toMatchObject({ path: `/${TENANT}/oauth2/v2.0/token`, resource: MCP });
      await client.close();
    },
  );
});

const CREDENTIALS = { clientId: 'agent', clientSecret: 'a-secret-of-the-agent' };
const PROVIDERS = { 'the SDK': ClientCredentialsProvider, 'the SDK of 2026': ModernCredentials };

it.each(Object.keys(LINES) as (keyof typeof LINES)[])(
  'an application signs in with a client of %s by its own credentials, and has its app roles',
  async (line) => {
    const { reachingFetch, server, entra } = await world(2, URLS_AS_ID_URIS);
    const { client, Transport } = LINES[line]();
    const authProvider = new PROVIDERS[line]({
      ...CREDENTIALS,
      scope: `${MCP}/.default`,
      expectedIssuer: issuers.get(2)?.issuer ?? '',
    });
    await client.connect(new Transport(new URL(MCP), { authProvider, fetch: reachingFetch }));
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect(server.seen.at(-1)?.headers).toEqual(expect.arrayContaining([['X-Mcp-UserId', ALICE]]));
    expect(entra.requests).toEqual([{ path: `/${TENANT}/oauth2/v2.0/token`, resource: MCP, scope: `${MCP}/.default` }]);
    await client.close();
  },
);

it.each(Object.keys(LINES) as (keyof typeof LINES)[])(
  'a client of %s is refused by Entra when the URL is no Application ID URI',
  async (line) => {
    const started = await world(2, {});
    await expect(signInWith(line, started)).rejects.toThrow(/AADSTS9010010/);
    expect(started.entra.requests).toEqual([
      { path: `/${TENANT}/oauth2/v2.0/authorize`, resource: MCP, scope: `api://${CLIENT_ID}/.default` },
    ]);
  },
);

it('the metadata names the sign-in page of each tenant and the scopes of the URL', async () => {
  const other = '99999999-aaaa-4bbb-8ccc-999999999999';
  const { reachingFetch } = await world(2, { ...ONE_SCOPE, ENTRA_TENANT_IDS: `${TENANT},${other}` });
  const read = async (path: string) =>
    (await reachingFetch(`${PUBLIC}/.well-known/oauth-protected-resource${path}`)).json();
  expect(await read('/adapters/echo/mcp')).toEqual({
    resource: MCP,
    authorization_servers: [TENANT, other].map((id) => `https://login.microsoftonline.com/${id}/v2.0`),
    scopes_supported: [`${MCP}/mcp.access`, 'offline_access'],
    bearer_methods_supported: ['header'],
    resource_name: 'MCP Gateway',
  });
  expect(await read('/adapters/other/mcp')).toMatchObject({
    scopes_supported: [`${PUBLIC}/adapters/other/mcp/mcp.access`, 'offline_access'],
  });
});
