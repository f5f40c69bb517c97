import type { GatewayClient } from '@mcp-gateway/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { type Answering, textResult, unlessConfirmed } from './confirmed.js';

const Name = z.string().describe('Name of the adapter.');
const READ = { readOnlyHint: true };

/** What one looks at while operating a gateway. */
export function registerOperationTools(server: McpServer, client: GatewayClient, answering: Answering): void {
  server.registerTool(
    'backend_status',
    {
      title: 'Status of a backend',
      description: 'The status of an adapter: phase, replicas, and conditions that say what is wrong and what to do.',
      inputSchema: z.object({ name: Name }),
      annotations: READ,
    },
    async ({ name }) => answering(() => client.call('getAdapterStatus', { path: { name } })),
  );
  server.registerTool(
    'backend_logs',
    {
      title: 'Logs of a backend',
      description: 'The last lines of the output of one replica of an adapter.',
      inputSchema: z.object({
        name: Name,
        instance: z.int().min(0).max(63).optional().describe('Which replica, from 0.'),
        lines: z.int().min(1).max(1000).optional().describe('How many lines; 100 by default.'),
        previous: z.boolean().optional().describe('Of the run before the last restart.'),
      }),
      annotations: READ,
    },
    async ({ name, instance = 0, lines = 100, previous = false }) =>
      answering(() => client.call('getAdapterLogs', { path: { name }, query: { instance, tail: lines, previous } })),
  );
  registerExplain(server, client, answering);
  registerSessions(server, client, answering);
  registerTenantQuota(server, client, answering);
}

function registerSessions(server: McpServer, client: GatewayClient, answering: Answering): void {
  server.registerTool(
    'list_sessions',
    {
      title: 'Sessions of a backend',
      description: 'The open sessions of an adapter: whose they are, where they live, and when they were last used.',
      inputSchema: z.object({ name: Name }),
      annotations: READ,
    },
    async ({ name }) => answering(() => client.call('listSessions', { path: { name }, query: { limit: 200 } })),
  );
  server.registerTool(
    'end_session',
    {
      title: 'End a session',
      description: 'Ends an open session of an adapter. Its client starts over. Asks the user first.',
      inputSchema: z.object({ name: Name, id: z.string().describe('Id of the session, from list_sessions.') }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async ({ name, id }, context) => {
      const instead = unlessConfirmed(
        server,
        context,
        `End the session ${id} of ${name}?`,
        `mcp-gateway sessions delete ${name} ${id}`,
      );
      return (
        instead ??
        answering(async () => {
          await client.call('endSession', { path: { name, id } });
          return { name, id, ended: true };
        })
      );
    },
  );
}

function registerExplain(server: McpServer, client: GatewayClient, answering: Answering): void {
  server.registerTool(
    'explain',
    {
      title: 'Explain a permission',
      description: 'Says whether a caller may use or change a resource, and why.',
      inputSchema: z.object({
        resource: z.string().describe('adapter/NAME, tool/NAME or toolset/NAME.'),
        action: z.enum(['read', 'write']).optional().describe('read is to use it; write is to change it.'),
        principal: z.string().optional().describe('Subject of another caller. Only for mcp.admin.'),
        roles: z.string().optional().describe('Roles of that caller, separated by commas.'),
      }),
      annotations: READ,
    },
    async ({ resource, action = 'read', principal, roles }) =>
      answering(() =>
        client.call('explainPermission', {
          query: { resource, action, ...(principal && { principal }), ...(roles && { roles }) },
        }),
      ),
  );
}

const Limits = z.record(z.string(), z.unknown());

function registerTenantQuota(server: McpServer, client: GatewayClient, answering: Answering): void {
  server.registerTool(
    'tenant_quota',
    {
      title: 'Quota of a tenant',
      description:
        'Shows the limits of a tenant and how much of each is used. With `limits`, replaces all limits after it has asked ' +
        'the user, such as {"requests": {"hour": 1000}, "sessions": 50, "adapters": 10}.',
      inputSchema: z.object({
        tenant_id: z.string().describe('Id of the tenant.'),
        limits: Limits.optional().describe('The new limits. One that is absent ends.'),
      }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async ({ tenant_id: id, limits }, context) => {
      if (limits === undefined) return answering(() => client.call('getQuota', { path: { id } }));
      const text = JSON.stringify(limits);
      if (text.length > 4_096) return textResult('The limits are too long.', true);
      const instead = unlessConfirmed(
        server,
        context,
        `Replace the quota of the tenant ${id} by ${text}?`,
        `mcp-gateway quota ${id}`,
      );
      return instead ?? answering(() => client.call('replaceQuota', { path: { id }, body: limits }));
    },
  );
}
