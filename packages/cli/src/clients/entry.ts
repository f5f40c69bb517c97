/** What a client is told of one MCP server: its URL, or a command that it starts and speaks stdio with. */
export type ServerEntry =
  | {
      kind: 'http';
      name: string;
      url: string;
      /** Name of the environment variable that has the API key. Absent: the client signs in itself. */
      apiKeyVariable?: string | undefined;
    }
  | { kind: 'stdio'; name: string; command: string; args: readonly string[] };

/** The part of a gateway that a client connects to. */
export interface GatewayTarget {
  /** The name of the server in the configuration of the client. */
  name: string;
  url: string;
  /** What must exist for it. Absent: `/mcp`, which every gateway has. */
  resource?: { kind: 'adapter' | 'toolset'; name: string };
}

const ADAPTER = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const TOOLSET = /^\/?mcp\/t\/([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)$/;

/**
 * @param gateway URL of the gateway, with the prefix below which it is served
 * @param named `ADAPTER`, `/mcp` or `/mcp/t/TOOLSET`
 * @param alias the name in the configuration, in place of the one of the adapter or toolset
 * @throws Error when it is none of the three
 */
export function gatewayTarget(gateway: string, named: string, alias?: string): GatewayTarget {
  const base = gateway.replace(/\/+$/, '');
  if (/^\/?mcp$/.test(named)) return { name: alias ?? 'mcp-gateway', url: `${base}/mcp` };
  const toolset = TOOLSET.exec(named)?.[1];
  if (toolset) {
    const resource = { kind: 'toolset' as const, name: toolset };
    return { name: alias ?? toolset, url: `${base}/mcp/t/${toolset}`, resource };
  }
  if (ADAPTER.test(named)) {
    const resource = { kind: 'adapter' as const, name: named };
    return { name: alias ?? named, url: `${base}/adapters/${named}/mcp`, resource };
  }
  throw new Error(`${JSON.stringify(named)} is neither the name of an adapter nor /mcp nor /mcp/t/TOOLSET`);
}
