import type { McpServer } from '@modelcontextprotocol/server';

const description =
  'Returns as JSON what this server learns of its caller from the request: the identity headers that the gateway ' +
  'sets, whether a credential arrived (none should), and which process answered.';

export function registerWhoami(server: McpServer, replica: string | undefined): void {
  server.registerTool('whoami', { description, annotations: { readOnlyHint: true } }, (ctx) => {
    const headers = ctx.http?.req?.headers ?? new Headers();
    const answer = {
      'x-mcp-userid': headers.get('x-mcp-userid'),
      'x-mcp-username': headers.get('x-mcp-username'),
      'x-mcp-roles': headers.get('x-mcp-roles'),
      // Reports presence only: the result goes to a model and into logs.
      authorization: headers.has('authorization'),
      'x-gateway-secret': headers.has('x-gateway-secret'),
      pid: process.pid,
      ...(replica && { replica }),
    };
    return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
  });
}
