import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  introspectionRequest,
  processIntrospectionResponse,
} from 'oauth4webapi';
import type { Claims } from '../claims.js';
import { discover } from '../discovery.js';
import { type FetchJson, issuerCaller } from '../fetch-json.js';
import type { IntrospectionSettings } from '../issuer.js';

/** A discovered endpoint is read again after this. */
const DISCOVERED_MS = 10 * 60_000;
/** Between two attempts to read it. */
const PAUSE_MS = 5_000;
/** Servers keep idle connections longer, so that none closes one when a call begins. */
const KEEP_ALIVE_MS = 1_000;

interface EndpointParts {
  issuer: string;
  settings: IntrospectionSettings;
  /** The client's secret; it may change. */
  secret: () => string;
  fetchJson: FetchJson;
  /** How many calls run at once. */
  connections: number;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Asks the introspection endpoint about a token (RFC 7662 §2).
 * @throws Error when there is no answer of that form; its message and its causes do not have the token
 */
export type Introspect = (token: string) => Promise<Claims>;

export function introspectionEndpoint(parts: EndpointParts): Introspect {
  const { issuer, settings, secret, connections } = parts;
  const call = issuerCaller({ connections, keepAliveMs: KEEP_ALIVE_MS });
  const endpoint = endpointOf(parts);
  const client = { client_id: settings.clientId };
  const authenticate = settings.clientAuthentication === 'basic' ? ClientSecretBasic : ClientSecretPost;
  const options = {
    additionalParameters: { token_type_hint: 'access_token' },
    // The settings allow http on loopback only.
    [allowInsecureRequests]: true,
    [customFetch]: async (url: string, { headers, body }: { headers: Record<string, string>; body: unknown }) => {
      const { status, contentType, text } = await call(url, { method: 'POST', headers, body: String(body) });
      return new Response(status === 204 ? null : text, { status, headers: { 'content-type': contentType } });
    },
  };
  return async (token) => {
    try {
      const server = { issuer, introspection_endpoint: await endpoint() };
      const response = await introspectionRequest(server, client, authenticate(secret()), token, options);
      if (response.status !== 200) throw new Error(`${server.introspection_endpoint} answers ${response.status}`);
      return await processIntrospectionResponse(server, client, response);
    } catch (error) {
      throw plain(error);
    }
  };
}

/** The configured endpoint, or that of the discovery document. */
function endpointOf({ issuer, settings, fetchJson, now }: EndpointParts): () => Promise<string> {
  let url = settings.endpoint;
  let readAt = url === undefined ? -Infinity : Infinity;
  let triedAt = -Infinity;
  let reading: Promise<void> | undefined;
  let fault: Error | undefined;

  async function read(): Promise<void> {
    triedAt = now();
    try {
      url = await discover('introspection_endpoint', { issuer }, fetchJson);
      readAt = now();
    } catch (error) {
      fault = error as Error;
    } finally {
      reading = undefined;
    }
  }
  return async () => {
    const isDue = now() - readAt >= DISCOVERED_MS && now() - triedAt >= PAUSE_MS;
    const again = (reading ??= isDue ? read() : undefined);
    if (url === undefined) await again;
    if (url === undefined) throw fault ?? new Error('the discovery document was not read');
    return url;
  };
}

/** Without the parts of errors that hold what was sent or received. */
function plain(error: unknown): Error {
  const texts: unknown[] = [];
  for (let each = error; each instanceof Error && texts.length < 5; each = each.cause) texts.push(each.message);
  return new Error(texts.join(': '));
}
