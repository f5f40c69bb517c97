import { resourceKey, type Route } from '@mcp-gateway/common/contracts';
import { GatewayError } from '@mcp-gateway/common/errors';
import type { CredentialCache, CredentialUse } from '@mcp-gateway/credentials';
import type { HeaderList } from '@mcp-gateway/protocol';
import type { ServerFetch } from './mcp/bounded-fetch.js';
import { SourceError } from './source.js';

const NONE: HeaderList = [];

/** The credentials that servers get with the requests of the tool router: the same for all callers. */
export class ServerCredentials {
  /** @param cache undefined: the operator has not said where the control plane is */
  constructor(private readonly cache: CredentialCache | undefined) {}

  /**
   * The header for a server, as a flat list; empty for one without a credential. Without a promise when it is in memory.
   * @throws SourceError
   */
  headersFor(route: Route | undefined): HeaderList | Promise<HeaderList> {
    if (!route || (!route.upstreamAuth && !route.tls)) return NONE;
    const name = resourceKey(route);
    if (route.tls) throw new SourceError(`${name} speaks TLS, with which tools cannot use it; call it itself`);
    if (route.upstreamAuth?.identityToken) {
      throw new SourceError(`${name} gets a signed token of its caller, which tools do not have; call it itself`);
    }
    const use = useOf(route);
    if (!use) return NONE;
    if (!this.cache) throw new SourceError(`${name} needs a credential, and the tool router has no CONTROL_PLANE_URL`);
    try {
      const found = this.cache.get(use);
      return found instanceof Promise ? found.catch(explain(name)) : found;
    } catch (error) {
      return explain(name)(error);
    }
  }

  /** The server has answered 401: the credential is not used again. */
  refused(route: Route | undefined): void {
    const use = route && useOf(route);
    if (use) this.cache?.refused(use);
  }

  /** Puts the credential on requests to an MCP server. What the SDK sets under that name goes. */
  over(http: ServerFetch, route: () => Route | undefined): ServerFetch {
    return {
      ...http,
      fetch: async (url, init) => {
        const current = route();
        const own = await this.headersFor(current);
        if (own.length === 0) return http.fetch(url, init);
        const headers = new Headers(init?.headers);
        for (let i = 0; i + 1 < own.length; i += 2) headers.set(own[i] as string, own[i + 1] as string);
        const response = await http.fetch(url, { ...init, headers });
        if (response.status !== 401) return response;
        this.refused(current);
        await response.body?.cancel();
        throw credentialRefused(current);
      },
    };
  }
}

/** What callers get for a 401 of a server: they could not sign in to it themselves. */
export const credentialRefused = (route: Route | undefined): SourceError =>
  new SourceError(
    `${route ? resourceKey(route) : 'the server'} refuses the credential of the gateway; its owner can correct it`,
  );

function useOf({ kind, name, resourceId, upstreamAuth }: Route): CredentialUse | undefined {
  const { credential } = upstreamAuth ?? {};
  return credential === undefined ? undefined : { kind, name, resourceId, credential, subject: '', token: undefined };
}

const explain =
  (name: string) =>
  (error: unknown): never => {
    const { detail, title } = error instanceof GatewayError ? error : { detail: undefined, title: 'no answer' };
    throw new SourceError(`the gateway has no credential for ${name}: ${detail ?? title}`);
  };
