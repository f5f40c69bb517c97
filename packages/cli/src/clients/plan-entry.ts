import type { McpClient } from './definition.js';
import type { GatewayTarget, ServerEntry } from './entry.js';

export interface EntryOptions {
  /** The environment variable with the API key. Absent: the client signs in itself, or `connect` does. */
  apiKeyVariable?: string | undefined;
  /** Through `connect`, also for a client that speaks HTTP. */
  stdio?: boolean | undefined;
  /** The words that start this command line, such as `['mcp-gateway']`. */
  self: readonly [string, ...string[]];
}

/** What a client is told, and why it is not told the URL if it is not. */
export interface PlannedEntry {
  entry: ServerEntry;
  value: object;
  because?: string;
}

/** Decides between a URL and `connect`. A key itself is never written into a file. */
export function planEntry(client: McpClient, { name, url }: GatewayTarget, options: EntryOptions): PlannedEntry {
  const { apiKeyVariable, self } = options;
  const because = viaConnect(client, options);
  if (because === undefined && client.http) {
    const entry = { kind: 'http' as const, name, url, apiKeyVariable };
    return { entry, value: client.http(entry) };
  }
  const [command, ...before] = self;
  const key = apiKeyVariable ? ['--api-key-env', apiKeyVariable] : [];
  const entry = { kind: 'stdio' as const, name, command, args: [...before, 'connect', url, ...key] };
  return { entry, value: client.stdio(entry), ...(because && { because }) };
}

function viaConnect(client: McpClient, { apiKeyVariable, stdio }: EntryOptions): string | undefined {
  if (!client.http) return `${client.title} starts commands only, so it starts "mcp-gateway connect".`;
  if (apiKeyVariable !== undefined && !client.variable) {
    return `${client.title} cannot name an environment variable in a header, so "mcp-gateway connect" sends the API key.`;
  }
  return stdio ? '"mcp-gateway connect" signs in for the client.' : undefined;
}
