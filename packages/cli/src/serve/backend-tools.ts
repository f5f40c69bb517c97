import { GatewayError, type GatewayClient, type Schemas } from '@mcp-gateway/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { imageOf } from '../import/servers.js';
import { type Answering, textResult, unlessConfirmed } from './confirmed.js';

const Name = z.string().describe('Name of the adapter.');
const MAX_LISTED = 200;

/** A backend is an adapter: an MCP server behind the gateway. */
export function registerBackendTools(server: McpServer, client: GatewayClient, answering: Answering): void {
  server.registerTool(
    'list_backends',
    {
      title: 'List backends',
      description:
        'Lists the MCP servers (adapters) behind the gateway that the caller may use, with the state of each.',
      inputSchema: z.object({
        search: z.string().max(200).optional().describe('Words in name, title or description.'),
      }),
      annotations: { readOnlyHint: true },
    },
    async ({ search }) =>
      answering(async () => {
        const listed = await client.call('listAdapters', {
          query: { limit: MAX_LISTED, ...(search && { q: search }) },
        });
        return Promise.all(listed.map(async (each) => ({ ...summaryOf(each), ...(await stateOf(client, each.name)) })));
      }),
  );
  registerRegistration(server, client, answering);
  server.registerTool(
    'delete_backend',
    {
      title: 'Delete a backend',
      description: 'Removes an adapter and ends its replicas and sessions. Asks the user first.',
      inputSchema: z.object({ name: Name }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async ({ name }, context) => {
      const question = `Delete the adapter ${name}, with its replicas and sessions?`;
      const instead = unlessConfirmed(server, context, question, `mcp-gateway adapters delete ${name}`);
      return (
        instead ??
        answering(async () => {
          await client.call('deleteAdapter', { path: { name } });
          return { name, deleted: true };
        })
      );
    },
  );
}

const Backend = z.object({
  name: Name,
  image: z.string().optional().describe('Image with its tag, such as mcp-example:1.0.0. Required without url.'),
  url: z.string().optional().describe('URL of a server that runs elsewhere, in place of an image.'),
  env: z.record(z.string(), z.string()).optional().describe('Environment variables of the server.'),
  replicas: z.int().min(0).max(64).optional().describe('Number of replicas; 1 by default.'),
  description: z.string().max(4096).optional().describe('A text for people.'),
  required_roles: z.array(z.string()).max(64).optional().describe('Holders of any of these roles may use it.'),
});

function registerRegistration(server: McpServer, client: GatewayClient, answering: Answering): void {
  server.registerTool(
    'register_backend',
    {
      title: 'Register a backend',
      description:
        'Registers an MCP server: an image that the gateway runs, or a URL of a server that runs elsewhere. Asks the user ' +
        'before it replaces one of the same name. Put no secrets into env: everyone who may read the adapter sees it.',
      inputSchema: Backend,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    },
    async (backend, context) => {
      const { name, image, url } = backend;
      if ((image === undefined) === (url === undefined)) {
        return textResult('Give an image or a url, and not both.', true);
      }
      const body = specOf(backend);
      let isTaken = false;
      const created = await answering(async () => {
        try {
          return summaryOf(await client.call('createAdapter', { body }));
        } catch (error) {
          if (!(error instanceof GatewayError) || error.status !== 409) throw error;
          isTaken = true;
          return error.message;
        }
      });
      if (!isTaken) return created;
      const question = `Replace the adapter ${name}? Its replicas are started again.`;
      const instead = unlessConfirmed(server, context, question, `mcp-gateway adapters update ${name}`);
      return instead ?? answering(async () => summaryOf(await client.call('replaceAdapter', { path: { name }, body })));
    },
  );
}

function specOf({ name, image = '', url, env, replicas, description, required_roles: roles }: z.infer<typeof Backend>) {
  const { imageName, imageVersion } = imageOf(image);
  // A registry stays in the name, so that the gateway says that the operator configures it.
  const host = image.startsWith(imageName) ? '' : image.slice(0, image.indexOf('/') + 1);
  return {
    name,
    ...(url === undefined
      ? { imageName: host + imageName, imageVersion, environmentVariables: env ?? {} }
      : { remote: { url } }),
    ...(replicas !== undefined && { replicaCount: replicas }),
    ...(description !== undefined && { description }),
    ...(roles !== undefined && { requiredRoles: roles }),
  } as Schemas['AdapterBody'];
}

/** Variables are left out: they may have secrets that a model need not see. */
const summaryOf = ({
  name,
  description,
  imageName,
  imageVersion,
  remote,
  replicaCount,
  createdBy,
}: Schemas['AdapterResource']) => ({
  name,
  ...(description && { description }),
  ...(remote ? { url: remote.url } : { image: `${imageName}:${imageVersion}`, replicas: replicaCount }),
  createdBy,
});

async function stateOf(client: GatewayClient, name: string): Promise<{ phase?: string; readyReplicas?: number }> {
  // It may be deleted in between.
  const status = await client.call('getAdapterStatus', { path: { name } }).catch(() => undefined);
  return status ? { phase: status.phase, readyReplicas: status.readyReplicas } : {};
}
