import { METHOD_NOT_FOUND, ProtocolError } from '@modelcontextprotocol/client';
import type { Logger } from '@mcp-gateway/platform/logging';
import { z } from 'zod';
import { NOTHING, SourceError, type Listing } from '../source.js';
import type { Connection } from './connection.js';

const MAX_PAGES = 1_000;
const MAX_ITEMS = 20_000;

const Named = z.looseObject({ name: z.string().min(1).max(512) });
const ITEMS = {
  tools: Named.extend({ inputSchema: z.looseObject({ type: z.literal('object') }) }),
  prompts: Named,
  resources: Named.extend({ uri: z.string().min(1).max(8_192) }),
  templates: Named.extend({ uriTemplate: z.string().min(1).max(8_192) }),
};
type Kind = keyof typeof ITEMS;

const LISTS: Record<
  Kind,
  { method: string; field: string; id: string; capability: 'tools' | 'prompts' | 'resources' }
> = {
  tools: { method: 'tools/list', field: 'tools', id: 'name', capability: 'tools' },
  prompts: { method: 'prompts/list', field: 'prompts', id: 'name', capability: 'prompts' },
  resources: { method: 'resources/list', field: 'resources', id: 'uri', capability: 'resources' },
  templates: {
    method: 'resources/templates/list',
    field: 'resourceTemplates',
    id: 'uriTemplate',
    capability: 'resources',
  },
};

/**
 * Everything that a server lists, of all pages.
 * @throws when a page cannot be read: an incomplete list is never shown
 */
export async function listAll(connection: Connection, signal: AbortSignal, log: Logger): Promise<Listing> {
  const kinds = Object.keys(LISTS) as Kind[];
  const offered = kinds.filter((kind) => connection.capabilities[LISTS[kind].capability] !== undefined);
  const lists = await Promise.all(offered.map(async (kind) => [kind, await listOf(kind, connection, signal, log)]));
  return { ...NOTHING, ...(Object.fromEntries(lists) as Partial<Listing>) };
}

async function listOf(kind: Kind, connection: Connection, signal: AbortSignal, log: Logger): Promise<unknown[]> {
  const { method, field, id } = LISTS[kind];
  const found = new Map<unknown, unknown>();
  const cursors = new Set<unknown>();
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const result = await pageOf(connection, method, cursor, signal);
    const items = result[field];
    if (!Array.isArray(items)) throw new SourceError(`${method} answers without ${field}`);
    for (const item of items) {
      const parsed = ITEMS[kind].safeParse(item);
      if (!parsed.success)
        log.warn({ list: method, fault: parsed.error.issues[0]?.message }, 'left out: it is not valid');
      else if (!found.has(parsed.data[id])) found.set(parsed.data[id], item);
    }
    if (found.size > MAX_ITEMS) throw new SourceError(`${method} lists more than ${MAX_ITEMS} entries`);
    cursor = result['nextCursor'];
    if (typeof cursor !== 'string') return [...found.values()];
    if (cursors.has(cursor)) {
      log.warn({ list: method, pages: page + 1 }, 'the server repeats a cursor: the list ends there');
      return [...found.values()];
    }
    cursors.add(cursor);
  }
  throw new SourceError(`${method} has more than ${MAX_PAGES} pages`);
}

async function pageOf(connection: Connection, method: string, cursor: unknown, signal: AbortSignal) {
  try {
    return await connection.request({ method, params: cursor === undefined ? {} : { cursor } }, signal);
  } catch (error) {
    // Many servers have resources and no templates, and say so in this way.
    const isUnknown = error instanceof ProtocolError && error.code === METHOD_NOT_FOUND;
    if (isUnknown && method === LISTS.templates.method) return { [LISTS.templates.field]: [] };
    throw error;
  }
}
