import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  Client as ModernClient,
  ClientCredentialsProvider as ModernCredentials,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ClientCredentialsProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { startGateway } from './support/gateway.js';
import { startSdkServer } from './support/sdk-server.js';
import { routeTo } from './support/upstream.js';

const CREDENTIALS = { clientId: 'agent', clientSecret: 'a-secret-of-the-agent' };

/** An OpenID provider that others wrote. It issues tokens for the resource that the client names (RFC 8707). */
async function startProvider() {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const resources: string[] = [];
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CREDENTIALS.clientId,
        client_secret: CREDENTIALS.clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'provider' }] },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_context: unknown, resource: string) {
          resources.push(resource);
          return {
            scope: 'mcp.use',
            audience: 'mcp-gateway',
            accessTokenFormat: 'jwt' as const,
            jwt: { sign: { alg: 'ES256' as const } },
          };
        },
      },
    },
    extraTokenClaims: () => ({ roles: ['team'] }),
  });
  const answer = provider.callback();
  server.on('request', (req, res) => void answer(req, res));
  return { issuer, resources, stop: () => new Promise((resolve) => server.close(resolve).closeAllConnections()) };
}

let provider: Awaited<ReturnType<typeof startProvider>>;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.stop());

async function gatewayOfTeam() {
  const server = await startSdkServer();
  const gateway = await startGateway({
    routes: [routeTo(server.endpoint, { createdBy: 'alice', requiredRoles: ['team'] })],
    issuers: [{ issuer: provider.issuer, audiences: ['mcp-gateway'] }],
  });
  return { server, mcp: new URL(`${gateway.url}/adapters/echo/mcp`) };
}

it('a client of the SDK signs in where the challenge leads it', async () => {
  const { mcp, server } = await gatewayOfTeam();
  const client = new Client({ name: 'test', version: '1.0.0' });
  const authProvider = new ClientCredentialsProvider({ ...CREDENTIALS, expectedIssuer: provider.issuer });
  await client.connect(new StreamableHTTPClientTransport(mcp, { authProvider }));
  expect((await client.listTools()).tools.length).toBeGreaterThan(0);
  expect(provider.resources).toContain(mcp.href);
  expect(server.seen.at(-1)?.headers).toEqual(
    expect.arrayContaining([
      ['X-Mcp-UserId', 'agent'],
      ['X-Mcp-Roles', 'team'],
    ]),
  );
  await client.close();
});

it('so does a client of the line of 2026', async () => {
  const { mcp, server } = await gatewayOfTeam();
  const client = new ModernClient({ name: 'test', version: '1.0.0' });
  const authProvider = new ModernCredentials({ ...CREDENTIALS, expectedIssuer: provider.issuer });
  await client.connect(new ModernTransport(mcp, { authProvider }));
  expect((await client.listTools()).tools.length).toBeGreaterThan(0);
  expect(provider.resources).toContain(mcp.href);
  expect(server.seen.at(-1)?.headers).toEqual(expect.arrayContaining([['X-Mcp-UserId', 'agent']]));
  await client.close();
});
