import * as oidc from 'openid-client';
import { z } from 'zod';
import { reasonOf, type SignInPlace } from './discover.js';
import type { LoginState } from './login-state.js';

const TIMEOUT_SECONDS = 15;
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export interface ClientOptions {
  /** A client that is registered at the issuer; also the URL of a client metadata document, where issuers take these. */
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  fetch: typeof globalThis.fetch;
}

/** The client at the issuer, known or registered now. */
export interface IssuerClient {
  config: oidc.Configuration;
  clientId: string;
  clientSecret: string | undefined;
}

/**
 * The issuer's metadata (OpenID Connect Discovery, else RFC 8414), and a client there: the given one, or one registered now
 * (RFC 7591).
 * @throws Error that says what to do when the issuer registers no clients
 */
export async function issuerClient(
  { issuer }: Pick<SignInPlace, 'issuer'>,
  redirectUris: readonly string[],
  { clientId, clientSecret, fetch }: ClientOptions,
): Promise<IssuerClient> {
  const server = new URL(issuer);
  const options = optionsFor(server, fetch);
  if (clientId !== undefined) {
    const auth = clientSecret === undefined ? oidc.None() : oidc.ClientSecretPost(clientSecret);
    return { config: await discovered(server, clientId, auth, options), clientId, clientSecret };
  }
  const probe = await discovered(server, 'unregistered', oidc.None(), options);
  const metadata = probe.serverMetadata();
  if (!metadata.registration_endpoint) {
    throw new Error(
      `${issuer} registers no clients by itself. Register a public client there, with the redirect URI http://127.0.0.1 ` +
        'and the grants for authorization codes, device codes and refresh tokens, and name it with --client-id',
    );
  }
  const grants = [
    'authorization_code',
    'refresh_token',
    ...(metadata.device_authorization_endpoint ? [DEVICE_GRANT] : []),
  ];
  const config = await oidc
    .dynamicClientRegistration(
      server,
      {
        client_name: 'mcp-gateway',
        redirect_uris: [...redirectUris],
        grant_types: grants,
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
      oidc.None(),
      { ...options, algorithm: algorithms.get(server.href) ?? 'oidc' },
    )
    .catch((cause: unknown) => {
      throw new Error(`${issuer} registered no client: ${oauthReason(cause)}. Name one with --client-id`, { cause });
    });
  const { client_id: id, client_secret: secret } = config.clientMetadata();
  return { config, clientId: id, clientSecret: typeof secret === 'string' ? secret : undefined };
}

/** The client of an earlier login. */
export async function clientOfLogin(state: LoginState, fetch: typeof globalThis.fetch): Promise<oidc.Configuration> {
  const { config } = await issuerClient({ issuer: state.issuer }, [], {
    clientId: state.clientId,
    clientSecret: state.clientSecret,
    fetch,
  });
  return config;
}

/** Which discovery an issuer has answered. */
const algorithms = new Map<string, 'oidc' | 'oauth2'>();

async function discovered(server: URL, clientId: string, auth: oidc.ClientAuth, options: oidc.DiscoveryRequestOptions) {
  const failures: string[] = [];
  for (const algorithm of ['oidc', 'oauth2'] as const) {
    try {
      const config = await oidc.discovery(server, clientId, {}, auth, { ...options, algorithm });
      algorithms.set(server.href, algorithm);
      return config;
    } catch (error) {
      failures.push(reasonOf(error));
    }
  }
  throw new Error(`${server.href} answers neither OpenID Connect Discovery nor RFC 8414: ${failures.join('; ')}`);
}

function optionsFor(server: URL, fetch: typeof globalThis.fetch): oidc.DiscoveryRequestOptions {
  const isLoopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(server.hostname);
  return {
    timeout: TIMEOUT_SECONDS,
    [oidc.customFetch]: fetch as oidc.CustomFetch,
    // An issuer on this machine may speak plain HTTP, as the one of "npm start -- --auth oidc" does.
    ...(isLoopback && { execute: [oidc.allowInsecureRequests] }),
  };
}

const OAuthFault = z.object({ error: z.string(), error_description: z.string().optional() });

/** What an issuer says is wrong (RFC 6749 §5.2). */
export function oauthReason(error: unknown): string {
  const fault = OAuthFault.safeParse(error);
  if (!fault.success) return reasonOf(error);
  const { error: code, error_description: description } = fault.data;
  return description ? `${code}: ${description}` : code;
}
