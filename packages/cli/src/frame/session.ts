import { createGatewayClient, type Credentials, type GatewayClient } from '@mcp-gateway/client';
import { chooseTarget, type Target, type Wanted } from './contexts.js';
import type { ContextsFile } from './contexts-file.js';
import { credentialsOf } from './credentials.js';

/** A gateway as one command uses it: its API, and requests of MCP, both signed in. */
export interface Session {
  target: Target;
  /** The API. Every command uses it and nothing else. */
  client: GatewayClient;
  credentials: Credentials;
  /** For MCP clients: signs in, and once more after a 401. It takes and gives what `fetch` does. */
  fetch: typeof globalThis.fetch;
  /** The URL of an MCP endpoint: of `/mcp`, `/mcp/t/NAME`, or an adapter by its name. */
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

const pathOf = (endpoint: string): string =>
  endpoint.startsWith('/') ? endpoint : `/adapters/${encodeURIComponent(endpoint)}/mcp`;

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
