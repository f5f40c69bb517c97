import type { GatewayClient } from '@mcp-gateway/client';
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server';

/** The resources of the gateway as documents: what the API answers. */
const KINDS = [
  { kind: 'adapters', list: 'listAdapters', get: 'getAdapter' },
  { kind: 'tools', list: 'listTools', get: 'getTool' },
  { kind: 'toolsets', list: 'listToolsets', get: 'getToolset' },
] as const;

const MAX_LISTED = 200;

export function registerDocuments(server: McpServer, client: GatewayClient): void {
  for (const { kind, list, get } of KINDS) {
    const template = new ResourceTemplate(`gateway:///${kind}/{name}`, {
      async list() {
        const listed = await client.call(list, { query: { limit: MAX_LISTED } });
        return {
          resources: listed.map(({ name }) => ({
            name,
            uri: `gateway:///${kind}/${name}`,
            mimeType: 'application/json',
          })),
        };
      },
    });
    const config = { title: `The ${kind} of the gateway`, mimeType: 'application/json' };
    server.registerResource(kind, template, config, async (uri, { name }) => {
      const document = await client.call(get, { path: { name: String(name) } });
      return {
        contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(document, undefined, 2) }],
      };
    });
  }
}
