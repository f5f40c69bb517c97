import type { AnnouncedAdapter } from './await-adapters.js';

export interface Announcement {
  url: string;
  adapters: AnnouncedAdapter[];
  data: string;
  logs: string;
}

/** The announcement after the start: URLs, client configuration and a command, ready to paste. */
export function announce({ url, adapters, data, logs }: Announcement): string {
  const mcp = (name: string) => `${url}/adapters/${name}/mcp`;
  const usable = adapters.filter(({ blocker }) => blocker === undefined);
  const servers = Object.fromEntries(usable.map(({ name }) => [name, { type: 'http', url: mcp(name) }]));
  const shown = usable.map(({ name, ready }) =>
    ready ? `  ${mcp(name)}` : `  ${mcp(name)}   (not ready yet: see ${url}/adapters/${name}/status)`,
  );
  const others = adapters.flatMap(({ name, blocker }) =>
    blocker === undefined ? [] : [`  ${name}: ${blocker}`, `    ${url}/adapters/${name}/status`],
  );
  const example = adapters.find(({ name, ready }) => ready && name === 'mcp-example');
  return [
    '',
    ...(usable.length === 0
      ? ['MCP Gateway is running.', '']
      : [
          'MCP Gateway is running. Paste into an MCP client:',
          '',
          ...shown,
          '',
          'As client configuration:',
          '',
          `  ${JSON.stringify({ mcpServers: servers })}`,
          '',
        ]),
    ...(example ? ['Or call a tool from a shell:', '', `  ${curlLine(mcp(example.name))}`, ''] : []),
    ...(others.length === 0 ? [] : ['Not running, and why:', '', ...others, '']),
    `Manage servers at ${url}/adapters (described at ${url}/openapi.json).`,
    `Data is in ${data}, logs are in ${logs}. Ctrl-C ends everything.`,
    '',
  ].join('\n');
}

/** A request of protocol version 2026-07-28 needs no session, so one command is enough. */
function curlLine(url: string): string {
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
  return `curl -s ${url} ${headers.map((header) => `-H '${header}'`).join(' ')} -d '${JSON.stringify(message)}'`;
}
