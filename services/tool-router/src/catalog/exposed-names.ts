import { createHash } from 'node:crypto';
import { prefixOf, resourceKey, type ResourceRef, type ToolNames } from '@mcp-gateway/common/contracts';

/** A tool as its source lists it. */
export interface NamedTool {
  source: ResourceRef;
  /** In front of the name of the tool where clients see it. */
  prefix: string;
  /** Name at the source: any text. */
  name: string;
}

/** `any` replaces nothing: MCP says nothing of the names of prompts. */
export type NameRule = ToolNames | 'any';

/** The characters that each rule replaces, and the length of the longest name. */
const RULES: Record<NameRule, { others: RegExp; maxChars: number }> = {
  portable: { others: /[^A-Za-z0-9_-]/g, maxChars: 64 },
  mcp: { others: /[^A-Za-z0-9_.-]/g, maxChars: 128 },
  any: { others: /(?!)/g, maxChars: 1_024 },
};
/** Hexadecimal digits at the end of an altered name, and those of names that would still be the same. */
const DIGITS = [6, 16, 32];

/**
 * The names under which clients see tools, in the order of `tools`. They depend on the set of tools alone and not on its order, so
 * every router gives the same names, and so does one that has restarted. Two tools never have one name; what is listed twice
 * under one source and one name is one tool.
 *
 * A name is `prefix + name`. A name that the rule does not permit has `_` for each other character, is cut, and ends with `_` and
 * digits of the SHA-256 of source and tool. Where several tools want one name, a tool with the name of its resource or with the
 * default prefix has it, then the tool whose source sorts first by `kind/name`: no source can take the name of another by a
 * prefix that imitates it. The others get the default prefix.
 *
 * @param owners names of all sources, also of those that list nothing at the moment: what begins as the default prefix of one, or
 * is its name, is for that one
 */
export function exposedNames(
  tools: readonly NamedTool[],
  rule: NameRule,
  owners: ReadonlySet<string> = new Set(),
): string[] {
  const byId = new Map(tools.map((tool) => [idOf(tool), tool]));
  const inOrder = [...byId].map(([id, tool]) => claimOf(id, tool, rule, owners)).toSorted(before);
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const { id, wanted, fallback } of inOrder) {
    const candidates = [wanted, fallback, ...DIGITS.map((digits) => altered(fallback, id, rule, digits))];
    const name = candidates.find((each) => !taken.has(each)) ?? altered(fallback, id, rule, 60);
    taken.add(name);
    names.set(id, name);
  }
  return tools.map((tool) => names.get(idOf(tool)) ?? '');
}

/** Names contain no slash before the first NUL, so no two tools have one id. */
const idOf = ({ source, name }: Pick<NamedTool, 'source' | 'name'>): string => `${resourceKey(source)}\0${name}`;

interface Claim {
  id: string;
  wanted: string;
  fallback: string;
  /** Of several claims to one name, the lowest rank has it. */
  rank: number;
}

function claimOf(id: string, tool: NamedTool, rule: NameRule, owners: ReadonlySet<string>): Claim {
  const { source, prefix, name } = tool;
  const wanted = fitted(prefix + name, id, rule);
  const own = prefixOf({}, source.name); // no name of a resource contains `_`, so these never collide
  const isDefault = prefix === own || (prefix === '' && source.kind === 'tool' && source.name === name);
  const isAltered = wanted !== prefix + name;
  const fallback = isDefault ? wanted : fitted(own + name, id, rule);
  const [owner = ''] = wanted.split('_', 1);
  const isOfAnother = !isDefault && owner !== source.name && owners.has(owner);
  return { id, wanted: isOfAnother ? fallback : wanted, fallback, rank: (isDefault ? 0 : 2) + (isAltered ? 1 : 0) };
}

const before = (a: Claim, b: Claim): number => a.rank - b.rank || (a.id < b.id ? -1 : 1);

function fitted(text: string, id: string, rule: NameRule): string {
  const { others, maxChars } = RULES[rule];
  const isPermitted = text !== '' && text.length <= maxChars && text.search(others) < 0;
  return isPermitted ? text : altered(text, id, rule, DIGITS[0]);
}

/** The text as far as the rule permits it, and digits that tell it apart from others that look the same then. */
function altered(text: string, id: string, rule: NameRule, digits = 6): string {
  const { others, maxChars } = RULES[rule];
  const hash = createHash('sha256').update(id).digest('hex').slice(0, digits);
  const kept = text.slice(0, maxChars - 1 - digits).replaceAll(others, '_');
  return `${kept}_${hash}`;
}

/** A name for a tool whose name another tool of the same list has. */
export const distinctName = (name: string, tool: Pick<NamedTool, 'source' | 'name'>, rule: NameRule): string =>
  altered(name, idOf(tool), rule);
