import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';
import { Agent, fetch } from 'undici';
import { selfSigned } from '../../data-plane/support/certificate.js';
import { afterTests } from '../../support/after-tests.js';
import { cluster } from './cluster.js';

/** Client → the roles in its tokens. Its tokens have its name as their subject. */
const CLIENTS = { admin: ['mcp.admin'], creator: [], reader: ['reader'], stranger: [] } as const;
export type Caller = keyof typeof CLIENTS;

export const AUDIENCE = 'mcp-gateway';
const SECRET = 'of-all-clients-of-the-test';
const TOKEN_SECONDS = 3_600;
const ANSWER_MS = 10_000;

/** What tokens have from now on. */
interface Issuing {
  roles: Record<string, readonly string[]>;
  seconds: number;
}

async function providerAt(issuer: string, issuing: Issuing): Promise<Provider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return new Provider(issuer, {
    clients: Object.keys(CLIENTS).map((client_id) => ({
      client_id,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'cluster' }] },
    ttl: { ClientCredentials: () => issuing.seconds },
    extraTokenClaims: (_context, token) => ({ roles: issuing.roles[token.clientId ?? ''] ?? [] }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://gateway.example/',
        getResourceServerInfo: () => ({
          scope: 'mcp.use',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt' as const,
          accessTokenTTL: issuing.seconds,
          jwt: { sign: { alg: 'ES256' as const } },
        }),
      },
    },
  });
}

/**
 * An OpenID provider that others wrote, outside the cluster, whose pods reach it. It speaks TLS with a certificate of its own, as
 * the gateway wants `https` beyond loopback.
 */
export async function startClusterIssuer() {
  const host = cluster.instance.outside;
  const { cert, key } = selfSigned(host);
  const issuing: Issuing = { roles: { ...CLIENTS }, seconds: TOKEN_SECONDS };
  const server = createServer({ cert, key });
  await listen(server, host, 0);
  const { port } = server.address() as AddressInfo;
  const issuer = `https://${host}:${port}`;
  const answer = (await providerAt(issuer, issuing)).callback();
  server.on('request', (req, res) => void answer(req, res));
  const dispatcher = new Agent({ connect: { ca: cert } });
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close().closeAllConnections();
    await closed;
  };
  afterTests(async () => {
    await stop();
    await dispatcher.destroy();
  });

  /** An access token, as a client gets one that has no user. */
  async function token(caller: Caller, seconds = TOKEN_SECONDS): Promise<string> {
    issuing.seconds = seconds;
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${caller}:${SECRET}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
      signal: AbortSignal.timeout(ANSWER_MS),
      dispatcher,
    });
    const { access_token: text } = (await response.json()) as { access_token?: string };
    if (!text) throw new Error(`the issuer gave ${caller} no token: ${response.status}`);
    return text;
  }

  return {
    issuer,
    /** The certificate by which clients trust it, in PEM. */
    ca: cert.toString(),
    /** What a client sends to its token endpoint with HTTP Basic. */
    secret: SECRET,
    token,
    headers: async (caller: Caller) => ({ authorization: `Bearer ${await token(caller)}` }),
    /** The roles in tokens of a client that are issued from now on. */
    giveRoles: (caller: Caller, ...roles: string[]) => void (issuing.roles[caller] = roles),
    stop,
    /** Listens again, where it did before. */
    start: () => listen(server, host, port),
  };
}

export type ClusterIssuer = Awaited<ReturnType<typeof startClusterIssuer>>;

async function listen(server: Server, host: string, port: number): Promise<void> {
  await once(server.listen(port, host), 'listening');
}
