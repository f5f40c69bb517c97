import { matchesName, prefixOf, type ToolSelection } from '@mcp-gateway/common/contracts';
import type { ToolNaming, ToolNamings } from '@mcp-gateway/database';
import type { UntimedCondition } from './plan.js';

const MAX_TOLD = 5;

/**
 * That entries of a toolset select nothing, whatever the servers of registered tools list: their source is not registered, or no
 * source gives names like theirs. Undefined when each may select something; what servers list is not known here.
 */
export async function selectionCondition(
  tools: readonly ToolSelection[],
  namings: ToolNamings,
): Promise<UntimedCondition | undefined> {
  const entries = tools.map((entry, at) => ({ entry, at }));
  const likely = await namings([...new Set(tools.flatMap(likelyOwners))]);
  const open = entries.filter(({ entry }) => !likely.some((naming) => mayGive(naming, entry)));
  if (open.length === 0) return undefined;
  // Only the names of tools with a prefix of their own are left; reading all of them takes longer.
  const all = open.some(({ entry }) => entry.source === undefined) ? await namings() : likely;
  const lost = open.filter(({ entry }) => !all.some((naming) => mayGive(naming, entry)));
  if (lost.length === 0) return undefined;
  const more = lost.length > MAX_TOLD ? ` So do ${lost.length - MAX_TOLD} more entries.` : '';
  const told = lost.slice(0, MAX_TOLD).map(({ entry, at }) => `#/tools/${at} ${whyNone(entry, all)}`);
  return {
    type: 'Selection',
    status: 'False',
    reason: 'SelectsNothing',
    message: `${told.join(' ')}${more} Correct them with PUT, or register the tools. GET /tools lists those that you may use.`,
  };
}

function whyNone({ name, source }: ToolSelection, all: readonly ToolNaming[]): string {
  if (source === undefined) return `selects nothing: no registered tool gives names like ${JSON.stringify(name)}.`;
  return all.some((naming) => naming.name === source.name)
    ? `selects nothing: the tool ${source.name} gives no names like ${JSON.stringify(name)}.`
    : `selects nothing: there is no tool ${source.name}.`;
}

/** The sources whose default names an entry may mean. No name of a resource contains `_`. */
function likelyOwners({ name, source }: ToolSelection): string[] {
  if (source) return [source.name];
  const [head = ''] = name.split('*', 1);
  return [name, head.split('_', 1)[0] ?? ''];
}

/** Whether a tool of the source could have the name that clients see, or a name that fits the pattern. */
function mayGive(naming: ToolNaming, { name, source }: ToolSelection): boolean {
  if (source !== undefined && source.name !== naming.name) return false;
  if (naming.type === 'http') return matchesName(name, naming.name);
  // A tool whose name another one has gets the default prefix.
  const prefixes = [naming.prefix ?? '', prefixOf({}, naming.name)].slice(naming.prefix === null ? 1 : 0);
  const [head = ''] = name.split('*', 1);
  return prefixes.some((prefix) => head.startsWith(prefix) || (name !== head && prefix.startsWith(head)));
}
