import { SEARCH_CALL } from '@mcp-gateway/common/contracts';
import type { Tool } from '@modelcontextprotocol/server';
import MiniSearch from 'minisearch';

const MAX_QUERY_CHARS = 512;
const DEFAULT_LIMIT = 8;
const MAX_LIMIT = 25;
/** Characters of the tools in one answer. Models read all of them. */
const MAX_ANSWER_CHARS = 100_000;
/** Longer words are neither stored nor looked for. */
const MAX_WORD_CHARS = 64;
const MAX_WORDS = 1_000;
/** A distance of edits costs more the longer the word is. */
const FUZZY_FROM_CHARS = 4;

/** The two tools that stand in place of the list of a toolset with `search`. */
export const FIND_TOOLS = {
  name: 'find_tools',
  title: 'Find tools',
  description:
    'Searches the tools that are available here, by words of their name, title and description, and returns the best ones with ' +
    'their input schemas. Call it before call_tool.',
  inputSchema: {
    type: 'object',
    properties: {
      query: {
        type: 'string',
        minLength: 1,
        maxLength: MAX_QUERY_CHARS,
        description: 'What the tool should do, in a few words, such as "create ticket".',
      },
      limit: {
        type: 'integer',
        minimum: 1,
        maximum: MAX_LIMIT,
        description: `Most tools; ${DEFAULT_LIMIT} by default.`,
      },
    },
    required: ['query'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, openWorldHint: false },
} satisfies Tool;

export const CALL_TOOL = {
  name: SEARCH_CALL,
  title: 'Call a tool',
  description: 'Calls a tool that find_tools has returned, with arguments as its inputSchema says.',
  inputSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 128, description: 'The name that find_tools returned.' },
      arguments: { type: 'object', description: 'Arguments of the tool; none by default.' },
    },
    required: ['name'],
    additionalProperties: false,
  },
} satisfies Tool;

export interface Found {
  /** Best first. */
  tools: readonly Tool[];
  /** How many more there are. */
  more: number;
}

/** Full-text search in the tools of one caller. The index is made with the first search. */
export class ToolSearch {
  #index: MiniSearch<{ id: number; name: string; title: string; description: string }> | undefined;

  constructor(private readonly tools: readonly Tool[]) {}

  /** The tools that have words of the query, or words that begin like them or differ by a typing error; those with more of them first. */
  find(query: string, limit = DEFAULT_LIMIT): Found {
    this.#index ??= indexOf(this.tools);
    const hits = this.#index.search(query.slice(0, MAX_QUERY_CHARS));
    const found: Tool[] = [];
    let chars = 0;
    for (const { id } of hits) {
      const tool = this.tools[id as number];
      if (!tool || found.length === limit) break;
      chars += JSON.stringify(tool).length;
      if (chars > MAX_ANSWER_CHARS && found.length > 0) break;
      found.push(tool);
    }
    return { tools: found, more: hits.length - found.length };
  }
}

function indexOf(tools: readonly Tool[]) {
  const index = new MiniSearch<{ id: number; name: string; title: string; description: string }>({
    fields: ['name', 'title', 'description'],
    tokenize: wordsOf,
    searchOptions: {
      boost: { name: 3, title: 2 },
      prefix: (word) => word.length > 2,
      fuzzy: (word) => (word.length < FUZZY_FROM_CHARS ? false : 0.2),
      maxFuzzy: 2,
    },
  });
  index.addAll(tools.map(({ name, title = '', description = '' }, id) => ({ id, name, title, description })));
  return index;
}

/** `createTicket`, `create_ticket` and `create-ticket` have the same words. */
const wordsOf = (text: string): string[] =>
  text
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u, MAX_WORDS)
    .filter((word) => word !== '' && word.length <= MAX_WORD_CHARS);
