import { mcpPathOf, type Icon, type RegistryServer, type ResourceKind } from '@mcp-gateway/common/contracts';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
const MAX_TEXT = 100;
const MAX_ICON_URL = 255;
const MEDIA_TYPES = new Set(['image/png', 'image/jpeg', 'image/jpg', 'image/svg+xml', 'image/webp']);

/** A resource that MCP clients can use, as far as a registry shows it. */
export interface Listed {
  kind: ResourceKind;
  name: string;
  title?: string | undefined;
  description: string;
  icons: readonly Icon[];
  tags: readonly string[];
  documentation?: string | undefined;
  owner?: string | undefined;
  phase: string;
  generation: number;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * The part of server names before the slash: the host at which clients see the gateway, reversed.
 * @param base URL of the root of the gateway
 */
export function namespaceOf(base: string): string {
  const { hostname } = new URL(base);
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  return isAddress ? 'local.mcp-gateway' : hostname.split('.').toReversed().join('.');
}

/** Names of toolsets have a dot, which no name of an adapter has. */
const OF_TOOLSET = 'toolset.';

export const serverNameOf = ({ kind, name }: Pick<Listed, 'kind' | 'name'>): string =>
  kind === 'toolset' ? OF_TOOLSET + name : name;

/** The resource of a server name; undefined when it is none of this gateway's. */
export function resourceIn(serverName: string, namespace: string): Pick<Listed, 'kind' | 'name'> | undefined {
  const [space, name = '', ...rest] = serverName.split('/');
  if (space !== namespace || rest.length > 0) return undefined;
  return name.startsWith(OF_TOOLSET)
    ? { kind: 'toolset', name: name.slice(OF_TOOLSET.length) }
    : { kind: 'adapter', name };
}

/** Each change of a resource is a version of its own, in the form that clients can compare (semantic versioning). */
const versionOf = (generation: number): string => `1.0.${generation}`;

/** The generation of a version; undefined for what is no version of this gateway's. */
export const generationIn = (version: string): number | undefined => {
  const [, digits] = /^1\.0\.(\d{1,9})$/.exec(version) ?? [];
  return digits === undefined ? undefined : Number(digits);
};

/**
 * The resource as an entry of a registry of MCP servers, v0.1.
 * @param base URL of the root of the gateway, without a slash at its end
 */
export function registryEntry(listed: Listed, base: string): RegistryServer {
  const { kind, name, title, icons, tags, documentation, owner, phase } = listed;
  const [publishedAt, updatedAt] = [listed.createdAt.toISOString(), listed.updatedAt.toISOString()];
  const shown = icons.flatMap(shownIcon);
  const isLink = documentation !== undefined && /^https:\/\/\S+$/i.test(documentation);
  const own = { kind, name, phase, ...(tags.length > 0 && { tags }), ...(owner !== undefined && { owner }) };
  return {
    server: {
      $schema: SCHEMA,
      name: `${namespaceOf(base)}/${serverNameOf(listed)}`,
      ...(title && { title: cut(title) }),
      description: cut(listed.description.trim() || title || `The ${kind} ${name}`),
      version: versionOf(listed.generation),
      ...(isLink && { websiteUrl: documentation }),
      ...(shown.length > 0 && { icons: shown }),
      remotes: [{ type: 'streamable-http', url: base + mcpPathOf({ kind, name }) }],
      _meta: { 'io.modelcontextprotocol.registry/publisher-provided': own },
    },
    _meta: {
      'io.modelcontextprotocol.registry/official': {
        status: 'active',
        statusChangedAt: publishedAt,
        publishedAt,
        updatedAt,
        isLatest: true,
      },
    },
  };
}

/** The first line, without half a character at its end. */
function cut(text: string): string {
  const [line = ''] = text.split(/\r?\n/);
  return line.length <= MAX_TEXT ? line : `${line.slice(0, MAX_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Registries have URLs of images only, and fewer media types. */
function shownIcon({ mimeType, ...icon }: Icon): Icon[] {
  if (!/^https:/i.test(icon.src) || icon.src.length > MAX_ICON_URL) return [];
  return [{ ...icon, ...(mimeType !== undefined && MEDIA_TYPES.has(mimeType) && { mimeType }) }];
}
