import { METHOD_NOT_FOUND, ProtocolError } from '@modelcontextprotocol/client';
import type { Logger } from '@mcp-gateway/platform/logging';
import { z } from 'zod';
import { isTooDeep } from '@mcp-gateway/json-schema';
import { NOTHING, SourceError, type Listing } from '../source.js';
import type { Connection } from './connection.js';

const MAX_PAGES = 1_000;
const MAX_ITEMS = 20_000;
/** Of all lists of a server together, as JSON. */
const MAX_BYTES = 16 * 1024 * 1024;
/** What counts for an item that is nested too deeply to be written as JSON. */
const DEEP_BYTES = 64 * 1024;

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
 * @throws when a page cannot be read, and when there is too much: an incomplete list is never shown
 */
export async function listAll(connection: Connection, signal: AbortSignal, log: Logger): Promise<Listing> {
  const kinds = Object.keys(LISTS) as Kind[];
  const offered = kinds.filter((kind) => connection.capabilities[LISTS[kind].capability] !== undefined);
  const budget = { bytes: MAX_BYTES };
  const read = { connection, signal, log, budget };
  const lists = await Promise.all(offered.map(async (kind) => [kind, await listOf(kind, read)]));
  return { ...NOTHING, server: connection.description, ...(Object.fromEntries(lists) as Partial<Listing>) };
}

interface Reading {
  connection: Connection;
  signal: AbortSignal;
  log: Logger;
  /** What is left for all lists of the server. */
  budget: { bytes: number };
}

async function listOf(kind: Kind, { connection, signal, log, budget }: Reading): Promise<unknown[]> {
  const { method, field, id } = LISTS[kind];
  let count = 0;
  const found = new Map<unknown, unknown>();
  const cursors = new Set<unknown>();
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const result = await pageOf(connection, method, cursor, signal);
    const items = result[field];
    if (!Array.isArray(items)) throw new SourceError(`${method} answers without ${field}`);
    count += items.length;
    if (count > MAX_ITEMS) throw new SourceError(`${method} lists more than ${MAX_ITEMS} entries`);
    const faults: string[] = [];
    for (const item of items) {
      spend(budget, item);
      const fault = faultOf(kind, item);
      const key = (item as Record<string, unknown> | null)?.[id];
      if (fault !== undefined) faults.push(fault);
      else if (!found.has(key)) found.set(key, item);
    }
    if (faults.length > 0) {
      log.warn({ list: method, fault: faults[0], entries: faults.length }, 'left out: they are not valid');
    }
    cursor = result['nextCursor'];
    if (typeof cursor !== 'string') return [...found.values()];
    spend(budget, cursor);
    if (cursors.has(cursor)) {
      log.warn({ list: method, pages: page + 1 }, 'the server repeats a cursor: the list ends there');
      return [...found.values()];
    }
    cursors.add(cursor);
  }
  throw new SourceError(`${method} has more than ${MAX_PAGES} pages`);
}

function faultOf(kind: Kind, item: unknown): string | undefined {
  if (isTooDeep(item)) return 'it is nested too deeply';
  const { error } = ITEMS[kind].safeParse(item);
  return error && (error.issues[0]?.message ?? 'it is not valid');
}

function spend(budget: { bytes: number }, value: unknown): void {
  budget.bytes -= isTooDeep(value) ? DEEP_BYTES : Buffer.byteLength(JSON.stringify(value));
  if (budget.bytes < 0) throw new SourceError(`the server lists more than ${MAX_BYTES} bytes`);
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
