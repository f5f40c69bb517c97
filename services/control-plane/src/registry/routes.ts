import { ALL_TOOLS, type RegistryList, type RegistryServer } from '@mcp-gateway/common/contracts';
import { GatewayError, notFound } from '@mcp-gateway/common/errors';
import type { ListPage, ResourceRow, ResourceRows, ResourceSpec } from '@mcp-gateway/database';
import { type Request, type RequestHandler, Router } from 'express';
import { seenOrigin } from '../http/origin.js';
import { onlyMethods } from '../http/problems.js';
import { principalOf, type Requester, requesterOf } from '../http/request.js';
import { resourceState } from '../resources/definition.js';
import { readerOf } from '../resources/service.js';
import { generationIn, type Listed, namespaceOf, registryEntry, resourceIn, serverNameOf } from './entry.js';
import { registryQueryOf, type RegistryCursor } from './query.js';

/** The fields of specs that a registry shows. */
type Shown = ResourceSpec & Pick<Listed, 'title' | 'description' | 'icons' | 'tags' | 'documentation' | 'owner'>;

interface Kind {
  rows: Pick<ResourceRows<Shown>, 'list'>;
  /** @throws GatewayError when the caller may not read the resource */
  rowOf(by: Requester, name: string): Promise<ResourceRow<Shown>>;
}

export interface RegistryRoutesParts {
  kinds: Record<'adapter' | 'toolset', Kind>;
  /** Where clients see the root of the gateway; only its path, or nothing, where requests say the rest. */
  publicUrl?: string | undefined;
}

/** The registry API of MCP, v0.1: the servers that the caller may use. */
export function registryRoutes({ kinds, publicUrl = '' }: RegistryRoutesParts): Router {
  const router = Router({ caseSensitive: true });

  router.get('/', async (req, res) => {
    const { limit, cursor, ...wanted } = registryQueryOf(req.query);
    const base = baseOf(req, publicUrl);
    const found = await listed(kinds, req, { ...narrowed(wanted, base), limit: limit + 1 }, cursor);
    const shown = found.slice(0, limit);
    const last = shown.at(-1);
    const more = found.length > limit && last ? { nextCursor: cursorOf(last) } : {};
    const servers = shown.map((each) => registryEntry(each, base));
    res.json({ servers, metadata: { ...more, count: servers.length } } satisfies RegistryList);
  });

  const one = async (req: Request, server: string): Promise<{ entry: RegistryServer; generation: number }> => {
    const base = baseOf(req, publicUrl);
    const ref = resourceIn(server, namespaceOf(base));
    const found = ref && (await findListed(kinds, requesterOf(req), ref));
    if (!found) throw noServer(server);
    return { entry: registryEntry(found, base), generation: found.generation };
  };

  const versions: RequestHandler<{ server: string }> = async (req, res) => {
    const { entry } = await one(req, req.params.server);
    res.json({ servers: [entry], metadata: { count: 1 } } satisfies RegistryList);
  };
  router.get('/:server/versions', versions);

  const version: RequestHandler<{ server: string; version: string }> = async (req, res) => {
    const { entry, generation } = await one(req, req.params.server);
    const isCurrent = req.params.version === 'latest' || generationIn(req.params.version) === generation;
    if (!isCurrent) throw notFound(`the server has no version ${req.params.version} here; ask for latest`);
    res.json(entry);
  };
  router.get('/:server/versions/:version', version);

  for (const path of ['/', '/:server/versions', '/:server/versions/:version']) router.all(path, onlyMethods(['GET']));
  return router;
}

/** What stands at the URL that clients of a registry are given: where they find the servers below it. */
export function registryRoot({ publicUrl = '' }: Pick<RegistryRoutesParts, 'publicUrl'>): Router {
  const router = Router({ caseSensitive: true });
  router.get('/', (req, res) => {
    const registry = `${baseOf(req, publicUrl)}/registry`;
    res.json({
      message: 'Give clients that take a registry of MCP servers the URL in registry. They read the list at servers.',
      registry,
      servers: `${registry}/v0.1/servers`,
    });
  });
  router.all('/', onlyMethods(['GET']));
  return router;
}

const baseOf = (req: Request, publicUrl: string): string =>
  /^https?:/.test(publicUrl) ? publicUrl : seenOrigin(req) + publicUrl;

const noServer = (name: string) =>
  notFound(`there is no server ${name.slice(0, 128)}, or you may not use it; GET /registry/v0.1/servers lists yours`);

const cursorOf = ({ kind, name }: Listed) => Buffer.from(`${kind}/${name}`, 'utf8').toString('base64url');

type Wanted = Omit<ReturnType<typeof registryQueryOf>, 'limit' | 'cursor'>;

/** The page of rows that a query asks for. Names of servers are longer than those of resources. */
function narrowed({ search, updatedSince, version }: Wanted, base: string): ListPage {
  const namespace = `${namespaceOf(base)}/`;
  const own = search?.toLowerCase().startsWith(namespace) ? search.slice(namespace.length) : search;
  // Of every server's name; a word without a dot is one that the server is about.
  const isOfAll = own !== undefined && own.includes('.') && namespace.includes(own.toLowerCase());
  const words = own === undefined || own === '' || isOfAll ? [] : [own];
  const generation = version === undefined || version === 'latest' ? undefined : (generationIn(version) ?? -1);
  return {
    limit: 0,
    words,
    ...(updatedSince && { updatedSince }),
    ...(generation !== undefined && { generation }),
  };
}

/** Adapters by name, then the toolset of all tools, then toolsets by name. */
async function listed(
  { adapter, toolset }: RegistryRoutesParts['kinds'],
  req: Request,
  page: ListPage,
  cursor: RegistryCursor | undefined,
): Promise<Listed[]> {
  const principal = principalOf(req);
  const after = (kind: RegistryCursor['kind']) => (cursor?.kind === kind ? { after: cursor.name } : {});
  const adapters =
    cursor?.kind === 'toolset'
      ? []
      : await adapter.rows.list(readerOf(principal, 'adapter'), { ...page, ...after('adapter') });
  const found = adapters.map(listedRow);
  if (found.length >= page.limit) return found;
  if (cursor?.kind !== 'toolset' && matchesAllTools(page)) found.push(ALL);
  const begin = cursor?.kind === 'toolset' && cursor.name !== ALL_TOOLS ? after('toolset') : {};
  const words = (page.words ?? []).map((word) => word.replace(/^toolset\.(?=.)/, ''));
  const toolsets = await toolset.rows.list(readerOf(principal, 'toolset'), { ...page, words, ...begin });
  return [...found, ...toolsets.map(listedRow)].slice(0, page.limit);
}

/** The built-in toolset, which everyone who signs in may use. It has no row and never changes. */
const ALL: Listed = {
  kind: 'toolset',
  name: ALL_TOOLS,
  title: 'All tools',
  description: 'Every tool that you may use, at one URL.',
  icons: [],
  tags: [],
  phase: 'Ready',
  generation: 0,
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: new Date('2026-01-01T00:00:00Z'),
};

function matchesAllTools({ words = [], updatedSince, generation }: ListPage): boolean {
  const text = `${serverNameOf(ALL)} ${ALL.title} ${ALL.description}`.toLowerCase();
  if (updatedSince !== undefined && updatedSince > ALL.updatedAt) return false;
  return (generation ?? ALL.generation) === ALL.generation && words.every((word) => text.includes(word.toLowerCase()));
}

async function findListed(
  kinds: RegistryRoutesParts['kinds'],
  by: Requester,
  { kind, name }: Pick<Listed, 'kind' | 'name'>,
): Promise<Listed | undefined> {
  if (kind === 'tool') return undefined;
  if (kind === 'toolset' && name === ALL_TOOLS) return ALL;
  try {
    return listedRow(await kinds[kind].rowOf(by, name));
  } catch (error) {
    if (error instanceof GatewayError && error.status === 404) return undefined;
    throw error;
  }
}

function listedRow(row: ResourceRow<Shown>): Listed {
  const { kind, name, generation, createdAt, updatedAt, spec } = row;
  const { title, description, icons, tags, documentation, owner } = spec;
  const { phase } = resourceState(row);
  return { kind, name, title, description, icons, tags, documentation, owner, phase, generation, createdAt, updatedAt };
}
