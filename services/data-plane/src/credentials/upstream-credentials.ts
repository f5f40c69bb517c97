import type { IncomingMessage } from 'node:http';
import type { CredentialCache, CredentialUse } from '@mcp-gateway/credentials';
import { DEFAULT_TENANT, isServedByRouters, type Route } from '@mcp-gateway/common/contracts';
import { unavailable } from '@mcp-gateway/common/errors';
import type { Principal } from '@mcp-gateway/common/principal';
import { PRINCIPAL_HEADER, sealPrincipal } from '@mcp-gateway/identity';
import { INTERNAL_SECRET_HEADER } from '@mcp-gateway/platform/serving';
import { type HeaderList, IDENTITY_TOKEN, withoutHeaders } from '@mcp-gateway/protocol';
import type { IdentityTokens } from './identity-tokens.js';

/** The part of a request that decides about its credentials. */
export interface CredentialRequester {
  req: Pick<IncomingMessage, 'headers'>;
  route: Route;
  principal: Principal;
}

/**
 * Puts on requests to servers what their adapter says: a credential, a token that names the caller, headers of a remote
 * server. Requests to tool routers get what proves that they come from a data plane, and who calls.
 */
export interface UpstreamCredentials {
  /**
   * The headers with the credentials of the adapter or for the tool router, in place of those that they had; the same
   * list when the adapter has none. Without a promise when they are in memory.
   * @throws GatewayError CREDENTIAL_UNAVAILABLE, UNAVAILABLE, SIGN_IN_REQUIRED
   */
  apply(headers: string[], request: CredentialRequester): string[] | Promise<string[]>;
  /** For a request of the gateway's own, without its caller. Empty when there are none. */
  ofGateway(route: Route, subject: string): Promise<HeaderList>;
  /** The server has answered 401 to the request: its credential is not used again. */
  refused(request: CredentialRequester): void;
}

export interface UpstreamCredentialParts {
  cache: CredentialCache;
  identityTokens: IdentityTokens;
  /** What proves to a tool router that this is a data plane. They may change. */
  internalSecrets: () => readonly string[];
  /** Whether `Authorization` of a request that was let in is a verified access token. */
  hasTokens: boolean;
}

export function upstreamCredentials({
  cache,
  identityTokens,
  internalSecrets,
  hasTokens,
}: UpstreamCredentialParts): UpstreamCredentials {
  const useOf = ({ req, route, principal }: CredentialRequester, credential: string): CredentialUse => ({
    name: route.name,
    resourceId: route.resourceId,
    credential,
    subject: principal.subject,
    token: hasTokens ? accessToken(req.headers.authorization) : undefined,
  });

  const forRouter = (principal: Principal): string[] => {
    const secrets = internalSecrets();
    if (secrets.length === 0) throw noSecrets();
    return [INTERNAL_SECRET_HEADER, secrets.join(','), PRINCIPAL_HEADER, sealed(principal)];
  };

  return {
    apply(headers, request) {
      const { route, principal } = request;
      if (isServedByRouters(route)) return replaced(headers, undefined, undefined, forRouter(principal));
      const fixed = fixedHeaders(route);
      if (!route.upstreamAuth) return fixed ? replaced(headers, fixed) : headers;
      const { credential, identityToken } = route.upstreamAuth;
      const token = identityToken ? identityTokens(route, principal) : undefined;
      const own = credential === undefined ? undefined : cache.get(useOf(request, credential));
      if (token instanceof Promise || own instanceof Promise) {
        return Promise.all([token, own]).then(([signed, issued]) => replaced(headers, fixed, signed, issued));
      }
      return replaced(headers, fixed, token, own);
    },
    async ofGateway(route, subject) {
      if (isServedByRouters(route)) return forRouter({ subject, name: subject, roles: [], tenant: DEFAULT_TENANT });
      const fixed = fixedHeaders(route);
      if (!route.upstreamAuth) return fixed ?? [];
      const { credential, identityToken } = route.upstreamAuth;
      const { name, resourceId } = route;
      try {
        const token = identityToken ? await identityTokens(route, { subject, name: subject, roles: [] }) : undefined;
        const use = credential !== undefined && { name, resourceId, credential, subject: '', token: undefined };
        return replaced([], fixed, token, use ? await cache.get(use) : undefined);
      } catch {
        return fixed ?? []; // the server may refuse the request
      }
    },
    refused(request) {
      const { credential } = request.route.upstreamAuth ?? {};
      if (credential !== undefined) cache.refused(useOf(request, credential));
    },
  };
}

/** A principal is the same object for as long as the gateway remembers the sign-in. */
const SEALED = new WeakMap<Principal, string>();

function sealed(principal: Principal): string {
  let value = SEALED.get(principal);
  if (value === undefined) SEALED.set(principal, (value = sealPrincipal(principal)));
  return value;
}

const noSecrets = () =>
  unavailable(
    'the operator has set no MCP_GATEWAY_INTERNAL_SECRETS, which data planes and tool routers need in common',
  );

/** A client must not choose what the gateway sets, so its headers of the same names go. */
function replaced(headers: HeaderList, fixed: HeaderList | undefined, token?: string, own: HeaderList = []): string[] {
  const issued = [...(token === undefined ? [] : [IDENTITY_TOKEN, token]), ...own];
  const others = fixed && withoutHeaders(fixed, (name) => issued.some((each) => each.toLowerCase() === name));
  const added = [...(others ?? []), ...issued];
  const names = new Set(added.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()));
  return [...withoutHeaders(headers, (name) => names.has(name.replaceAll('_', '-'))), ...added];
}

/** Those that the adapter sets for its remote server, as a flat list. */
const fixedHeaders = ({ remote }: Route): HeaderList | undefined =>
  remote?.headers && Object.entries(remote.headers).flat();

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** Only a JWT: another kind of sign-in, such as an API key, is for the gateway alone. */
const accessToken = (authorization: string | undefined): string | undefined => BEARER.exec(authorization ?? '')?.[1];
