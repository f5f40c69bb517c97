import type { GatewayClient, Schemas } from '@mcp-gateway/client';
import { usageError } from '../frame/exit.js';
import { age, type View } from '../frame/output.js';

/** A resource as the API shows it, or the body of a request. */
export type Fields = Record<string, unknown>;

/** What a list may be narrowed to; not of tenants. */
export interface Search {
  q?: string;
  tag?: string;
}

/** One kind of resource: how the API manages it, and how a table shows it. */
export interface Kind {
  singular: 'adapter' | 'tool' | 'toolset' | 'tenant';
  plural: string;
  about: string;
  /** The field that identifies one. */
  key: 'name' | 'id';
  list(client: GatewayClient, query?: Search): Promise<Fields[]>;
  get(client: GatewayClient, name: string): Promise<Fields>;
  create(client: GatewayClient, body: Fields): Promise<Fields>;
  replace(client: GatewayClient, name: string, body: Fields): Promise<Fields>;
  remove(client: GatewayClient, name: string): Promise<void>;
  view: View<Fields>;
}

const roles = ({ requiredRoles }: Fields) => (requiredRoles as string[] | undefined)?.join(', ');
const text = (field: string) => (row: Fields) => row[field] as string | undefined;

/** Columns of every kind that the gateway runs or serves. */
const OWNED = [
  { title: 'ROLES', value: roles },
  { title: 'CREATED BY', value: text('createdBy') },
  { title: 'TENANT', value: text('tenant'), wide: true },
  { title: 'DESCRIPTION', value: text('description'), wide: true },
  { title: 'AGE', value: ({ createdAt }: Fields) => age(createdAt as string) },
];

/** What runs: an image with its version, or the URL of a server elsewhere. */
function serverOf({ remote, imageName, imageVersion, source }: Fields): string {
  const { url } = (remote ?? {}) as { url?: string };
  if (url) return url;
  if (typeof imageName === 'string') return `${imageName}:${imageVersion as string}`;
  return (source as { type?: string } | undefined)?.type ?? '';
}

const adapters: Kind = {
  singular: 'adapter',
  plural: 'adapters',
  about: 'MCP servers behind the gateway',
  key: 'name',
  list: (client, query = {}) => client.list('listAdapters', { query }),
  get: (client, name) => client.call('getAdapter', { path: { name } }),
  create: (client, body) => client.call('createAdapter', { body: body as Schemas['AdapterBody'] }),
  replace: (client, name, body) =>
    client.call('replaceAdapter', { path: { name }, body: body as Schemas['AdapterBody'] }),
  remove: (client, name) => client.call('deleteAdapter', { path: { name } }),
  view: {
    name: ({ name }) => `adapter/${String(name)}`,
    none: 'There are no adapters that you may see.',
    columns: [
      { title: 'NAME', value: text('name') },
      { title: 'SERVER', value: serverOf },
      { title: 'REPLICAS', value: ({ replicaCount }) => replicaCount as number | undefined },
      ...OWNED,
    ],
  },
};

const tools: Kind = {
  singular: 'tool',
  plural: 'tools',
  about: 'registered tools and the servers that execute them',
  key: 'name',
  list: (client, query = {}) => client.list('listTools', { query }),
  get: (client, name) => client.call('getTool', { path: { name } }),
  create: (client, body) => client.call('createTool', { body: body as Schemas['ToolBody'] }),
  replace: (client, name, body) => client.call('replaceTool', { path: { name }, body: body as Schemas['ToolBody'] }),
  remove: (client, name) => client.call('deleteTool', { path: { name } }),
  view: {
    name: ({ name }) => `tool/${String(name)}`,
    none: 'There are no tools that you may see.',
    columns: [
      { title: 'NAME', value: text('name') },
      { title: 'SOURCE', value: ({ source }) => (source as { type?: string } | undefined)?.type },
      { title: 'SERVER', value: serverOf },
      ...OWNED,
    ],
  },
};

const toolsets: Kind = {
  singular: 'toolset',
  plural: 'toolsets',
  about: 'selections of tools with a URL of their own',
  key: 'name',
  list: (client, query = {}) => client.list('listToolsets', { query }),
  get: (client, name) => client.call('getToolset', { path: { name } }),
  create: (client, body) => client.call('createToolset', { body: body as Schemas['ToolsetBody'] }),
  replace: (client, name, body) =>
    client.call('replaceToolset', { path: { name }, body: body as Schemas['ToolsetBody'] }),
  remove: (client, name) => client.call('deleteToolset', { path: { name } }),
  view: {
    name: ({ name }) => `toolset/${String(name)}`,
    none: 'There are no toolsets that you may see.',
    columns: [
      { title: 'NAME', value: text('name') },
      { title: 'SELECTIONS', value: (row) => (row['tools'] as unknown[] | undefined)?.length },
      ...OWNED,
    ],
  },
};

const tenants: Kind = {
  singular: 'tenant',
  plural: 'tenants',
  about: 'groups of callers that share quotas',
  key: 'id',
  list: (client) => client.list('listTenants'),
  get: (client, id) => client.call('getTenant', { path: { id } }),
  create: (client, body) => client.call('createTenant', { body: body as Schemas['TenantBody'] }),
  replace: (client, id, body) => client.call('replaceTenant', { path: { id }, body: body as Schemas['TenantBody'] }),
  remove: (client, id) => client.call('deleteTenant', { path: { id } }),
  view: {
    name: ({ id }) => `tenant/${String(id)}`,
    none: 'There are no tenants that you administer.',
    columns: [
      { title: 'ID', value: text('id') },
      { title: 'NAME', value: text('displayName') },
      { title: 'AGE', value: ({ createdAt }) => age(createdAt as string) },
    ],
  },
};

export const kinds: readonly Kind[] = [adapters, tools, toolsets, tenants];

/** A kind by its name, in the singular or the plural. */
export const kindOf = (name: string): Kind | undefined =>
  kinds.find(({ singular, plural }) => singular === name || plural === name);

export interface Ref {
  kind: Kind;
  name: string;
}

/** `adapter/echo`, or `echo` for an adapter. @throws CliError (usage) */
export function refOf(given: string, known: readonly Kind['singular'][] = ['adapter', 'tool', 'toolset']): Ref {
  const [name = '', kindName = 'adapter'] = given.split('/').toReversed();
  const kind = kindOf(kindName);
  if (given.split('/').length > 2 || !name || !kind || !known.includes(kind.singular)) {
    throw usageError(
      `"${given}" names no resource: use NAME for an adapter, or one of ${known.map((each) => `${each}/NAME`).join(', ')}.`,
    );
  }
  return { kind, name };
}

/** Fields that the gateway sets. They are left out of what is sent, so that a file with them can be applied again. */
const OF_GATEWAY = ['id', 'generation', 'createdBy', 'tenant', 'createdAt', 'lastUpdatedAt'];

/** What a caller may set of a resource. */
export const specOf = ({ key }: Kind, fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name === key || !OF_GATEWAY.includes(name)));
