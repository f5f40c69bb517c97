import type { CallToolResult } from '@modelcontextprotocol/server';
import { CALL_TOOL, FIND_TOOLS, type ToolSearch } from '../catalog/search.js';
import { faultsOf } from '../schema/validator.js';
import { failure } from '../sources/source.js';

interface NamedCall {
  name: string;
  arguments: Record<string, unknown>;
}

/**
 * What a call means in a toolset with a search: the answer of `find_tools`, the call that `call_tool` stands for, or the call
 * itself, by a client that knows the name already. The view decides whether the caller may call the tool that it names.
 */
export function searchCall<T extends NamedCall>(
  search: ToolSearch,
  call: T,
): { result: CallToolResult } | { result?: undefined; call: T } {
  const given = call.arguments;
  const tool = [FIND_TOOLS, CALL_TOOL].find(({ name }) => name === call.name);
  if (!tool) return { call };
  const fault = faultsOf(tool.inputSchema, given, 'arguments');
  if (fault !== undefined) {
    return { result: failure(`The arguments of ${call.name} are not valid: ${fault}. Correct them and call again.`) };
  }
  if (tool === FIND_TOOLS)
    return { result: found(search, String(given['query']), given['limit'] as number | undefined) };
  const inner = (given['arguments'] ?? {}) as Record<string, unknown>;
  return { call: { ...call, name: String(given['name']), arguments: inner } };
}

function found(search: ToolSearch, query: string, limit?: number): CallToolResult {
  const { tools, more } = search.find(query, limit);
  if (tools.length === 0) {
    return { content: [{ type: 'text', text: 'No tool has these words. Search again with fewer or other words.' }] };
  }
  const rest = more > 0 ? ` ${more} more have some of the words; use other words or a higher limit to see them.` : '';
  const text = `${tools.length} tools, the best first. Call one with call_tool.${rest}`;
  return {
    content: [{ type: 'text', text: `${text}\n${JSON.stringify(tools, null, 1)}` }],
    structuredContent: { tools, more },
  };
}
