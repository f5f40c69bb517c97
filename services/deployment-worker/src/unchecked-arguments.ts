import type { PublishedDefinition } from '@mcp-gateway/common/contracts';
import { uncheckedPart } from '@mcp-gateway/json-schema';
import type { UntimedCondition } from './plan.js';

interface Described {
  name: string;
  inputSchema: Record<string, unknown>;
}

/** By the schema, which the operations of a document keep. */
const KNOWN = new WeakMap<object, string | undefined>();

function partOf({ inputSchema }: Described): string | undefined {
  if (!KNOWN.has(inputSchema)) KNOWN.set(inputSchema, uncheckedPart(inputSchema));
  return KNOWN.get(inputSchema);
}

/** That tool routers leave a part of the arguments to the server of a tool; undefined when they check everything. */
export function uncheckedArguments(definition: PublishedDefinition | undefined): UntimedCondition | undefined {
  const found = toolsOf(definition).flatMap((tool) => {
    const part = partOf(tool);
    return part === undefined ? [] : [{ tool, part }];
  });
  const [first] = found;
  if (!first) return undefined;
  const more = found.length > 1 ? ` So it is with ${found.length - 1} more.` : '';
  return {
    type: 'Arguments',
    status: 'False',
    reason: 'NotChecked',
    message: `The inputSchema of ${first.tool.name} ${first.part}. The server has to check it.${more}`,
  };
}

function toolsOf(definition: PublishedDefinition | undefined): Described[] {
  switch (definition?.type) {
    case 'http':
      return [definition.tool];
    case 'openapi':
      return definition.operations.map(({ tool }) => tool);
    default:
      return []; // an MCP server describes its tools to the tool router alone
  }
}
