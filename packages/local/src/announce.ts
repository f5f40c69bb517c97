import { USERS } from '@mcp-gateway/development-issuer';
import { type AnnouncedAdapter, EXAMPLE } from './await-adapters.js';

export interface Announcement {
  url: string;
  adapters: AnnouncedAdapter[];
  data: string;
  logs: string;
}

/** Names `/mcp` in a client. No adapter has this name, because names of resources contain no `_`. */
const ALL_TOOLS = 'mcp_gateway';

/** The announcement after the start: URLs, client configuration and a command, ready to paste. */
export function announce({ url, adapters, data, logs }: Announcement): string {
  const mcp = (name: string) => `${url}/adapters/${name}/mcp`;
  const usable = adapters.filter(({ blocker }) => blocker === undefined);
  // A client reports a server that does not answer yet as broken.
  const ready = usable.filter((each) => each.ready).map(({ name }) => [name, mcp(name)] as const);
  const servers = [[ALL_TOOLS, `${url}/mcp`] as const, ...ready].map(([name, at]) => [name, { type: 'http', url: at }]);
  const shown = usable.map(({ name, ready: isReady }) =>
    isReady ? `  ${mcp(name)}` : `  ${mcp(name)}   (not ready yet: see ${url}/adapters/${name}/status)`,
  );
  const example = adapters.find((each) => each.ready && each.name === EXAMPLE.name);
  return [
    '',
    'MCP Gateway is running. Paste into an MCP client:',
    '',
    toolsLine(url),
    ...shown,
    '',
    'As client configuration:',
    '',
    `  ${JSON.stringify({ mcpServers: Object.fromEntries(servers) })}`,
    '',
    ...(example ? ['Or call a tool from a shell:', '', `  ${curlLine(mcp(example.name))}`, ''] : []),
    ...blockedLines(url, adapters),
    ...ending(url, data, logs),
  ].join('\n');
}

/**
 * The announcement of a gateway whose callers sign in with access tokens. `npm start` has no token, so it neither registers
 * the example nor knows which adapters there are.
 */
export function announceSignIn({
  url,
  issuers,
  data,
  logs,
}: Omit<Announcement, 'adapters'> & { issuers: readonly string[] }): string {
  const json = `-H 'Content-Type: application/json' -d '${JSON.stringify(EXAMPLE)}'`;
  return [
    '',
    `MCP Gateway is running. Callers need an access token of ${issuers.join(' or ')}.`,
    '',
    'Register the example server from a shell:',
    '',
    '  TOKEN=…',
    `  curl -s ${url}/adapters -H "Authorization: Bearer $TOKEN" ${json}`,
    '',
    'Only you and administrators can use it then. For others, add "requiredRoles": ["a role of theirs"] to the JSON.',
    '',
    'Paste into an MCP client, which signs in by itself or sends the header Authorization: Bearer TOKEN:',
    '',
    toolsLine(url),
    `  ${url}/adapters/${EXAMPLE.name}/mcp`,
    '',
    ...ending(url, data, logs),
  ].join('\n');
}

/** The announcement of a gateway whose callers sign in at the development issuer. */
export function announceDevelopmentIssuer({
  url,
  adapters,
  issuer,
  secret,
  data,
  logs,
}: Announcement & { issuer: string; secret: string }): string {
  const usable = adapters.filter(({ blocker }) => blocker === undefined).map(({ name }) => name);
  const example = usable.includes(EXAMPLE.name) ? EXAMPLE.name : (usable[0] ?? EXAMPLE.name);
  const mcp = `${url}/adapters/${example}/mcp`;
  const users = USERS.map(({ id, roles }) => `  ${id.padEnd(8)}${roles.join(', ') || 'no roles'}`);
  const sed = `sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/'`;
  return [
    '',
    `MCP Gateway is running. Callers sign in at ${issuer}.`,
    '',
    'THIS SIGN-IN IS FOR DEVELOPMENT ONLY: anyone on this machine can be any of these users, without a password.',
    '',
    ...users,
    '',
    'Paste into an MCP client. It opens a page in your browser, on which you choose a user:',
    '',
    toolsLine(url),
    `  ${mcp}`,
    '',
    'Or get a token from a shell, here of alice for an hour, and call a tool:',
    '',
    `  TOKEN=$(curl -s ${issuer}/token -u alice:${secret} -d grant_type=client_credentials | ${sed})`,
    `  ${curlLine(mcp, '-H "Authorization: Bearer $TOKEN" ')}`,
    '',
    ...blockedLines(url, adapters),
    ...ending(url, data, logs),
  ].join('\n');
}

const toolsLine = (url: string) => `  ${url}/mcp   (all registered tools that you may use)`;

function blockedLines(url: string, adapters: AnnouncedAdapter[]): string[] {
  const blocked = adapters.flatMap(({ name, blocker }) =>
    blocker === undefined ? [] : [`  ${name}: ${blocker}`, `    ${url}/adapters/${name}/status`],
  );
  return blocked.length === 0 ? [] : ['Not running, and why:', '', ...blocked, ''];
}

const ending = (url: string, data: string, logs: string) => [
  `Manage servers at ${url}/adapters (described at ${url}/openapi.json).`,
  `Data is in ${data}, logs are in ${logs}. Ctrl-C ends everything.`,
  '',
];

/** A request of protocol version 2026-07-28 needs no session, so one command is enough. */
function curlLine(url: string, signIn = ''): string {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'curl', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'add', arguments: { a: 2, b: 3 }, _meta: meta },
  };
  const headers = [
    'Content-Type: application/json',
    'Accept: application/json, text/event-stream',
    'MCP-Protocol-Version: 2026-07-28',
    'Mcp-Method: tools/call',
    'Mcp-Name: add',
  ];
  return `curl -s ${url} ${signIn}${headers.map((header) => `-H '${header}'`).join(' ')} -d '${JSON.stringify(message)}'`;
}
