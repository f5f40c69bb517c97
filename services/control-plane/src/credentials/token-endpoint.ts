import { GatewayError, unavailable, unreachable } from '@mcp-gateway/common/errors';
import {
  allowInsecureRequests,
  type AuthorizationServer,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  genericTokenEndpointRequest,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import { EnvHttpProxyAgent, fetch } from 'undici';
import type { ClientCredential } from './settings.js';

const ANSWER_MS = 5_000;
const MAX_BYTES = 256 * 1024;
/** Of a token whose answer does not say when it ends (RFC 6749 §5.1). */
const USUAL_SECONDS = 300;
const MAX_SECONDS = 86_400;

interface AccessToken {
  value: string;
  expiresInSeconds: number;
}

/**
 * Gets an access token for requests to a server.
 * @param subjectToken the caller's access token, for a credential of the caller's own
 * @throws GatewayError CREDENTIAL_UNAVAILABLE when the authorization server refuses, UNAVAILABLE when it does not answer
 */
export type TokenEndpoint = (credential: ClientCredential, subjectToken: string | undefined) => Promise<AccessToken>;

/**
 * Calls token endpoints through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, and follows no redirect.
 */
export function tokenEndpoint(): TokenEndpoint {
  const dispatcher = new EnvHttpProxyAgent({ connections: 8, keepAliveTimeout: 10, keepAliveMaxTimeout: 10 });
  const request = {
    // The settings allow http on loopback only.
    [allowInsecureRequests]: true,
    [customFetch]: async (
      url: string,
      { method, headers, body }: { method: string; headers: object; body: unknown },
    ) => {
      const response = await fetch(url, {
        dispatcher,
        method,
        headers: headers as Record<string, string>,
        body: String(body),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return withoutOtherTokens(await bounded(response.body), response);
    },
  };

  return async (credential, subjectToken) => {
    const { clientId, clientSecret, clientAuthentication } = credential;
    const server: AuthorizationServer = { issuer: credential.tokenEndpoint, token_endpoint: credential.tokenEndpoint };
    const client = { client_id: clientId };
    const authentication = (clientAuthentication === 'basic' ? ClientSecretBasic : ClientSecretPost)(clientSecret);
    const { grantType, parameters } = grantOf(credential, subjectToken);
    try {
      const response = await genericTokenEndpointRequest(
        server,
        client,
        authentication,
        grantType,
        parameters,
        request,
      );
      const token = await processGenericTokenEndpointResponse(server, client, response);
      // oauth4webapi gives the type in lower case. A token of another type needs more than a header.
      if (token.token_type !== 'bearer') throw new Error('the token is not a bearer token');
      const expiresInSeconds = Math.min(token.expires_in ?? USUAL_SECONDS, MAX_SECONDS);
      return { value: token.access_token, expiresInSeconds };
    } catch (error) {
      throw failureOf(error);
    }
  };
}

/** The grant of each type of credential, with the parameters beside those of the client. */
function grantOf(
  credential: ClientCredential,
  subjectToken = '',
): { grantType: string; parameters: Record<string, string> } {
  const { scope } = credential;
  const optional = (fields: Record<string, string | undefined>) =>
    Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined));
  switch (credential.type) {
    case 'client-credentials': {
      const { audience, resource } = credential;
      return { grantType: 'client_credentials', parameters: optional({ scope, audience, resource }) };
    }
    case 'token-exchange': {
      const { audience, resource, subjectTokenType, requestedTokenType } = credential;
      return {
        grantType: 'urn:ietf:params:oauth:grant-type:token-exchange', // RFC 8693 §2.1
        parameters: {
          subject_token: subjectToken,
          subject_token_type: subjectTokenType,
          requested_token_type: requestedTokenType,
          ...optional({ scope, audience, resource }),
        },
      };
    }
    case 'on-behalf-of':
      return {
        grantType: 'urn:ietf:params:oauth:grant-type:jwt-bearer', // RFC 7523 §2.1, as Entra ID uses it
        parameters: { assertion: subjectToken, requested_token_use: 'on_behalf_of', scope: credential.scope },
      };
    default:
      return unreachable(credential);
  }
}

async function bounded(body: AsyncIterable<Uint8Array> | null): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error(`the token endpoint answers with more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Drops the tokens that the gateway does not use, so that it neither checks nor holds them. */
function withoutOtherTokens(
  text: string,
  { status, headers }: { status: number; headers: Iterable<[string, string]> },
) {
  const named = [...headers].filter(([name]) => name === 'content-type' || name === 'www-authenticate');
  let kept = text;
  try {
    const { id_token: _id, refresh_token: _refresh, ...rest } = JSON.parse(text) as Record<string, unknown>;
    kept = JSON.stringify(rest);
  } catch {
    // The library says that it is not JSON.
  }
  return new Response(kept, { status, headers: named });
}

/** Of an authorization server's answer only codes are passed on: its texts may quote what was sent. */
function failureOf(error: unknown): GatewayError {
  if (!(error instanceof ResponseBodyError)) {
    return unavailable(
      'the authorization server, which gives tokens for the MCP server, does not answer as it should',
      {
        retryAfterSeconds: 2,
        cause: reasonOf(error),
      },
    );
  }
  const text = error.cause['error_description'];
  const description = typeof text === 'string' ? text : '';
  const codes = [error.error, /^AADSTS\d{1,10}/.exec(description)?.[0]].filter((code) =>
    /^[\w.-]{1,64}$/.test(code ?? ''),
  );
  const detail = `the authorization server refuses a token for the MCP server: ${codes.join(', ') || 'it gave no error code'}`;
  return new GatewayError('CREDENTIAL_UNAVAILABLE', { detail });
}

/** Without its cause, which may hold what was sent or received. */
const reasonOf = (error: unknown): Error => {
  const { name, message, cause } = error as Error & { cause?: { code?: unknown } };
  return new Error([name, message, cause?.code].filter((part) => typeof part === 'string').join(': '));
};
