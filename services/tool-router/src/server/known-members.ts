import type { SourceRequest } from '../sources/source.js';

type Members = Record<string, unknown>;
type Method = SourceRequest['method'] | 'resources/subscribe';

/** The parameters that MCP defines for each method (2025-11-25 and 2026-07-28), apart from `_meta` and those of rounds. */
const PARAMS: Record<Method, readonly string[]> = {
  'prompts/get': ['name', 'arguments'],
  'resources/read': ['uri'],
  'resources/subscribe': ['uri'],
  'completion/complete': ['ref', 'argument', 'context'],
};
/** The members of parameters that are objects with members of their own. */
const PARTS: Record<string, readonly string[]> = {
  ref: ['type', 'name', 'title', 'uri'],
  argument: ['name', 'value'],
  context: ['arguments'],
};

/**
 * The parameters of a request with the members that MCP defines, and no others: a server that reads names without regard to
 * case would take `URI` for `uri`, which alone is checked here.
 */
export function knownParams(method: Method, params: Members): Members {
  const known = picked(params, PARAMS[method]);
  for (const [name, members] of Object.entries(PARTS)) {
    if (isObject(known[name])) known[name] = picked(known[name], members);
  }
  const meta = knownMeta(params['_meta']);
  return meta ? { ...known, _meta: meta } : known;
}

/** Of `_meta`, what MCP defines and the tool router does not say itself. */
const KNOWN_META = new Set(['progressToken', 'io.modelcontextprotocol/related-task']);
/** In lower case. */
const RESERVED_META = /^(progresstoken$|io\.modelcontextprotocol\/)/;

/** `_meta` of a caller, whose members anyone may define, without those that look like others that MCP defines. */
export function knownMeta(meta: unknown): Members | undefined {
  if (!isObject(meta)) return undefined;
  return Object.fromEntries(
    Object.entries(meta).filter(([name]) => KNOWN_META.has(name) || !RESERVED_META.test(folded(name))),
  );
}

/** As parsers of Go fold: they take `ſ` for `s`. */
const folded = (name: string) => name.toUpperCase().toLowerCase();

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const picked = (from: Members, names: readonly string[]): Members =>
  Object.fromEntries(names.flatMap((name) => (Object.hasOwn(from, name) ? [[name, from[name]]] : [])));
