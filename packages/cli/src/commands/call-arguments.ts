import { createInterface } from 'node:readline/promises';
import type { Tool } from '@modelcontextprotocol/client';
import { closestMatch } from '@mcp-gateway/common/errors';
import { usageError } from '../frame/exit.js';
import type { Run } from '../frame/frame.js';
import { isInteractive, oneLine } from '../frame/terminal.js';

/** An argument of a tool, as its input schema has it. */
export interface Property {
  name: string;
  isRequired: boolean;
  types: string[];
  description?: string | undefined;
  values?: unknown[] | undefined;
}

/** The arguments of a tool, the required ones first. */
export function propertiesOf({ inputSchema }: Pick<Tool, 'inputSchema'>): Property[] {
  const { properties = {}, required = [] } = inputSchema as {
    properties?: Record<string, Record<string, unknown> | boolean>;
    required?: string[];
  };
  const found = Object.entries(properties).map(([name, schema]) => {
    const { type, description, enum: values } = typeof schema === 'object' ? schema : {};
    return {
      name,
      isRequired: required.includes(name),
      types: [type].flat().filter((each) => typeof each === 'string'),
      description: typeof description === 'string' ? description : undefined,
      values: Array.isArray(values) ? (values as unknown[]) : undefined,
    };
  });
  return found.toSorted((one, other) => Number(other.isRequired) - Number(one.isRequired));
}

/**
 * The arguments of a call. JSON is not checked: only the server knows what else it takes.
 * @throws CliError (usage) for a text that is no argument, or names none of the tool
 */
export function argumentsOf(
  tool: Pick<Tool, 'name' | 'inputSchema'>,
  given: readonly string[],
  json?: string,
): Record<string, unknown> {
  const properties = propertiesOf(tool);
  const args: Record<string, unknown> = json === undefined ? {} : parsedObject(json);
  for (const each of given) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
    if (!name) throw usageError(`"${each}" is no argument: use key=value.`);
    refuseUnknown(tool, name, properties);
    args[name] = argumentValue(
      text,
      properties.find((property) => property.name === name),
    );
  }
  return args;
}

/** A schema that says nothing of further arguments permits them, so one is refused only where another was meant. */
function refuseUnknown(
  { name: tool, inputSchema }: Pick<Tool, 'name' | 'inputSchema'>,
  given: string,
  properties: readonly Property[],
): void {
  const names = properties.map(({ name }) => name);
  if (names.includes(given)) return;
  const meant = closestMatch(given, names);
  if (meant === undefined && inputSchema['additionalProperties'] !== false) return;
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  throw usageError(
    `${oneLine(tool)} has no argument "${oneLine(given)}"${oneLine(hint)}`,
    `It takes: ${oneLine(names.join(', ')) || 'no arguments'}. --json sends others all the same.`,
  );
}

function parsedObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // The message below says it.
  }
  throw usageError('--json takes a JSON object, such as \'{"a": 1}\'.');
}

/** A text where the tool takes a text; otherwise JSON if it is that. */
function argumentValue(text: string, property: Property | undefined): unknown {
  if (property?.types.includes('string')) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Asks for what is required and missing, if a person is there. */
export async function completed(
  args: Record<string, unknown>,
  tool: Pick<Tool, 'name' | 'inputSchema'>,
  { terminal, signal }: Pick<Run, 'terminal' | 'signal'>,
): Promise<Record<string, unknown>> {
  const missing = propertiesOf(tool).filter(({ name, isRequired }) => isRequired && !(name in args));
  if (missing.length === 0) return args;
  if (!isInteractive(terminal)) {
    const names = missing.map(({ name }) => `${name}=…`).join(' ');
    throw usageError(`${tool.name} needs more arguments: ${oneLine(names)}`);
  }
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    const all = { ...args };
    for (const property of missing) {
      const hint = [property.description, property.values && `one of ${property.values.join(', ')}`]
        .filter(Boolean)
        .join('; ');
      const answer = await lines.question(`${oneLine(property.name)}${hint ? ` (${oneLine(hint)})` : ''}: `, {
        signal,
      });
      all[property.name] = argumentValue(answer, property);
    }
    return all;
  } finally {
    lines.close();
  }
}
