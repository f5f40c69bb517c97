import { createGatewayClient, type Credentials, type GatewayClient } from '@mcp-gateway/client';
import { chooseTarget, type Target, type Wanted } from './contexts.js';
import type { ContextsFile } from './contexts-file.js';
import { credentialsOf } from './credentials.js';
import { usageError } from './exit.js';

/** A gateway as one command uses it: its API, and requests of MCP, both signed in. */
export interface Session {
  target: Target;
  /** The API. Every command uses it and nothing else. */
  client: GatewayClient;
  credentials: Credentials;
  /** For MCP clients: signs in, and once more after a 401. It takes and gives what `fetch` does. */
  fetch: typeof globalThis.fetch;
  /** The URL of an MCP endpoint: of `/mcp`, `/mcp/t/NAME`, an adapter by its name, or a URL of one of them. */
  mcpUrl(endpoint: string): URL;
}

export interface SessionOptions {
  file: ContextsFile;
  wanted: Wanted;
  /** Per request. */
  timeoutMs?: number | undefined;
  /** `mcp-gateway/VERSION`, which the logs of the gateway have. */
  userAgent: string;
  fetch?: typeof globalThis.fetch;
}

/** @throws CliError when flags, variables and contexts do not say which gateway, or as whom */
export async function openSession({
  file,
  wanted,
  timeoutMs,
  userAgent,
  fetch = (...args) => globalThis.fetch(...args),
}: SessionOptions): Promise<Session> {
  const target = chooseTarget(wanted, await file.read());
  const credentials = credentialsOf(target.signIn, { file, gateway: target.gateway, fetch });
  const headers = { 'user-agent': userAgent };
  return {
    target,
    credentials,
    client: createGatewayClient({ url: target.gateway, credentials, timeoutMs, headers, fetch }),
    fetch: signedFetch(credentials, headers, fetch),
    mcpUrl: (endpoint) => new URL(target.gateway + pathOf(endpoint)),
  };
}

/** The MCP endpoints of a gateway, at the end of a URL. */
const ENDPOINT = /\/(?:adapters\/[^/]+\/mcp|mcp(?:\/t\/[^/]+)?)\/?$/;

/**
 * The gateway of an MCP endpoint that is named by its URL; undefined for a name or a path.
 * @throws CliError (usage) for another URL
 */
export function gatewayOfUrl(server: string): string | undefined {
  if (!/^https?:\/\//.test(server)) return undefined;
  const gateway = server.replace(ENDPOINT, '');
  if (gateway !== server) return gateway;
  throw usageError(
    `${server} is not the URL of a server behind a gateway.`,
    'It ends with /adapters/NAME/mcp, /mcp or /mcp/t/TOOLSET.',
  );
}

/** Of a URL only the path is taken, so that a sign-in goes to its own gateway. */
function pathOf(endpoint: string): string {
  const gateway = gatewayOfUrl(endpoint);
  if (gateway !== undefined) return endpoint.slice(gateway.length);
  return endpoint.startsWith('/') ? endpoint : `/adapters/${encodeURIComponent(endpoint)}/mcp`;
}

function signedFetch(
  credentials: Credentials,
  own: Record<string, string>,
  fetch: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const send = async () => {
      const signed = request.clone();
      for (const [name, value] of Object.entries({ ...own, ...(await credentials.headers()) })) {
        signed.headers.set(name, value);
      }
      return fetch(signed);
    };
    const response = await send();
    if (response.status !== 401 || !(await credentials.refresh?.())) return response;
    await response.body?.cancel();
    return send();
  };
}
