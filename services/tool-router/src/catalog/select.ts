import {
  matchesName,
  resourceKey,
  type PublishedToolset,
  type ResourceRef,
  type ToolSelection,
} from '@mcp-gateway/common/contracts';
import { distinctName } from './exposed-names.js';

interface Selectable {
  /** The exposed name. */
  key: string;
  source: { ref: ResourceRef };
  /** As its source lists it. */
  original: { name: string };
  /** As clients see it. */
  shown: { name: string; title?: string | undefined; description?: string | undefined };
}

/**
 * The tools that a toolset shows, in the order of `tools`, under the names and with the texts that it gives them.
 * @param tools that the caller may use, each with its exposed name under the rule of the toolset
 */
export function selectTools<T extends Selectable>(
  tools: readonly T[],
  { tools: selections, names }: Pick<PublishedToolset, 'tools' | 'names'>,
): T[] {
  const selectionOf = selector(selections);
  const found = tools.flatMap((tool) => {
    const selection = selectionOf(tool);
    return selection ? [{ tool, selection }] : [];
  });
  const given = new Set(found.flatMap(({ selection }) => selection.as ?? []));
  return found.map(({ tool, selection }) => {
    const { as } = selection;
    if (as !== undefined) return changed(tool, as, selection);
    // Another entry gives this name to another tool, and no tool hides behind the name of another.
    const source = { source: tool.source.ref, name: tool.original.name };
    return changed(tool, given.has(tool.key) ? distinctName(tool.key, source, names) : tool.key, selection);
  });
}

/** Whether a toolset could show a tool of the source. */
export const mayContain = ({ tools }: Pick<PublishedToolset, 'tools'>, source: ResourceRef): boolean =>
  tools.some((selection) => isFrom(selection, source));

/** Finds the entry that a tool follows: the first that names it, or else the first whose pattern it matches. */
function selector(selections: readonly ToolSelection[]): (tool: Selectable) => ToolSelection | undefined {
  const exact = new Map<string, ToolSelection[]>();
  const patterns: ToolSelection[] = [];
  for (const selection of selections) {
    const { name } = selection;
    if (name.includes('*')) patterns.push(selection);
    else exact.set(name, [...(exact.get(name) ?? []), selection]);
  }
  return ({ key, source: { ref } }) =>
    exact.get(key)?.find((selection) => isFrom(selection, ref)) ??
    patterns.find((selection) => isFrom(selection, ref) && matchesName(selection.name, key));
}

const isFrom = ({ source }: ToolSelection, ref: ResourceRef): boolean =>
  source === undefined || resourceKey(source) === resourceKey(ref);

function changed<T extends Selectable>(tool: T, key: string, { title, description }: ToolSelection): T {
  if (key === tool.key && title === undefined && description === undefined) return tool;
  const texts = { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
  return { ...tool, key, shown: { ...tool.shown, name: key, ...texts } };
}
