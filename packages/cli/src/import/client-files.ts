import {
  EMPTY,
  type ImportOptions,
  type ImportPlan,
  isObject,
  joined,
  listOf,
  objectOf,
  skip,
  textOf,
} from './plan.js';
import { stdioAdapter, urlAdapter } from './servers.js';

/** The keys under which clients have their servers: Claude, Cursor, Cline, Windsurf, Gemini, Copilot; VS Code; Zed; Codex. */
const KEYS = ['mcpServers', 'servers', 'context_servers', 'mcp_servers'] as const;

/** The servers in a configuration file of an MCP client, whichever it is. Undefined when it has none. */
export function importClientFile(document: Record<string, unknown>, options: ImportOptions): ImportPlan | undefined {
  const at = KEYS.find((key) => isObject(document[key]) || (key === 'mcpServers' && Array.isArray(document[key])));
  if (at) return serversOf(at, document[at], options);
  // The settings.json of VS Code.
  const nested = objectOf(document['mcp'])['servers'];
  return isObject(nested) ? serversOf('mcp.servers', nested, options) : undefined;
}

function serversOf(at: string, servers: unknown, options: ImportOptions): ImportPlan {
  // Continue has a list with names in it.
  const entries: [string, unknown][] = Array.isArray(servers)
    ? servers.map((server) => [textOf(objectOf(server)['name']) ?? 'server', server])
    : Object.entries(objectOf(servers));
  return joined(entries.map(([name, server]) => serverOf(`${at}.${name}`, name, objectOf(server), options)));
}

function serverOf(from: string, name: string, server: Record<string, unknown>, options: ImportOptions): ImportPlan {
  if (server['disabled'] === true || server['enabled'] === false) return skip(from, 'it is disabled');
  const command = textOf(server['command']);
  if (command) {
    const args = listOf(server['args']).map(String);
    return stdioAdapter(from, name, { command, args, env: textsOf(server['env']) }, options);
  }
  const { url, isSse } = urlOf(server);
  if (url === undefined) return skip(from, 'it has neither a command nor a URL');
  if (name === 'mcp-gateway') return EMPTY;
  const headers = textsOf(server['headers'] ?? server['http_headers'] ?? objectOf(server['requestOptions'])['headers']);
  return urlAdapter(from, name, { url, headers, isSse }, options);
}

/** Gemini calls the URL of streamable HTTP `httpUrl`, and has the older transport at `url`; Windsurf calls either `serverUrl`. */
function urlOf(server: Record<string, unknown>): { url: string | undefined; isSse: boolean } {
  const plain = textOf(server['httpUrl']);
  if (plain) return { url: plain, isSse: false };
  const url = textOf(server['url']) ?? textOf(server['serverUrl']);
  return { url, isSse: server['type'] === 'sse' || (server['type'] === undefined && /\/sse\/?(\?|$)/.test(url ?? '')) };
}

const textsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(objectOf(value)).map(([name, text]) => [name, String(text)]));
