import { createInterface } from 'node:readline/promises';
import { Client, StreamableHTTPClientTransport, type CallToolResult, type Tool } from '@modelcontextprotocol/client';
import { Command } from 'commander';
import { CliError, EXIT, usageError } from '../frame/exit.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import type { Session } from '../frame/session.js';
import type { View } from '../frame/output.js';
import { harmless, isInteractive, oneLine, write } from '../frame/terminal.js';

/** No tool list is longer; a server that pages without end does not hang the command. */
const MAX_TOOL_PAGES = 100;

const view: View<Tool> = {
  name: ({ name }) => name,
  none: 'The server has no tools that you may use.',
  columns: [
    { title: 'TOOL', value: ({ name }) => name },
    {
      title: 'ARGUMENTS',
      value: (tool) =>
        propertiesOf(tool)
          .map(({ name, isRequired }) => (isRequired ? name : `[${name}]`))
          .join(' '),
    },
    { title: 'DESCRIPTION', value: ({ description, title }) => (description ?? title ?? '').split('\n')[0] },
  ],
};

/** `mcp-gateway call`. */
export const callCommand = (surroundings: Surroundings): Command =>
  new Command('call')
    .description('list the tools of an MCP server, or call one')
    .argument('<endpoint>', 'NAME of an adapter, /mcp for all tools, or /mcp/t/NAME for a toolset')
    .argument('[tool]', 'the tool to call; without it, the tools are listed')
    .argument('[arguments...]', 'key=value; a value that is JSON counts as JSON where the tool wants no text')
    .option('--json <object>', 'all arguments as one JSON object')
    .action(act(surroundings, call));

async function call(
  run: Run,
  endpoint: string,
  tool: string | undefined,
  given: string[],
  options: { json?: string },
): Promise<void> {
  await withClient(run, endpoint, async (client) => {
    const tools = await toolsOf(client);
    if (tool === undefined) return run.print.list(tools, view);
    const definition = tools.find(({ name }) => name === tool);
    if (!definition) {
      throw new CliError(`${endpoint} has no tool "${oneLine(tool)}".`, {
        exit: EXIT.notFound,
        remedy: `\`mcp-gateway call ${endpoint}\` lists them.`,
      });
    }
    const args = await completed(argumentsOf(definition, given, options.json), definition, run);
    const request = { name: tool, arguments: args };
    const result = await client.callTool(request, {
      signal: run.signal,
      timeout: run.globals.timeoutMs,
      resetTimeoutOnProgress: true,
      onprogress: (progress) => void note(run, progress),
    });
    await run.print.value(result, readable(result));
    if (result.isError) throw new CliError(`${tool} failed; the server says why above.`);
  });
}

async function note(
  { terminal }: Run,
  { progress, total, message }: { progress: number; total?: number | undefined; message?: string | undefined },
): Promise<void> {
  if (!terminal.stderr.isTTY) return;
  await write(
    terminal.stderr,
    `… ${progress}${total === undefined ? '' : `/${total}`}${message ? ` ${oneLine(message)}` : ''}\n`,
  );
}

/** Opens an MCP session for `work`, in the era that the server speaks, and ends it. */
export async function withClient(
  run: { session: Session; version: string; signal: AbortSignal },
  endpoint: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const { session, version, signal } = run;
  const transport = new StreamableHTTPClientTransport(session.mcpUrl(endpoint), { fetch: session.fetch });
  const client = new Client({ name: 'mcp-gateway-cli', version }, { versionNegotiation: { mode: 'auto' } });
  try {
    await client.connect(transport, { signal });
    await work(client);
  } catch (thrown) {
    throw explained(thrown, endpoint);
  } finally {
    await transport.terminateSession().catch(() => {});
    await client.close().catch(() => {});
  }
}

/** Errors of the MCP SDK say what was answered; the status decides the exit code. */
function explained(thrown: unknown, endpoint: string): unknown {
  if (thrown instanceof CliError) return thrown;
  const {
    message = String(thrown),
    name,
    code,
    data,
  } = thrown as { message?: string; name?: string; code?: unknown; data?: { status?: number } };
  if (name === 'AbortError') return thrown;
  const status = data?.status ?? (typeof code === 'number' && code >= 400 ? code : undefined);
  const exit = status === 401 || status === 403 ? EXIT.signIn : status === 404 ? EXIT.notFound : EXIT.failed;
  return new CliError(`${endpoint} answered with an error: ${oneLine(message)}`, {
    exit,
    remedy: '`mcp-gateway doctor` looks closer.',
    cause: thrown,
  });
}

export async function toolsOf(client: Client): Promise<Tool[]> {
  const tools: Tool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_TOOL_PAGES; page += 1) {
    const found = await client.listTools(cursor === undefined ? {} : { cursor });
    tools.push(...found.tools);
    cursor = found.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}

interface Property {
  name: string;
  isRequired: boolean;
  types: string[];
  description?: string | undefined;
  values?: unknown[] | undefined;
}

function propertiesOf({ inputSchema }: Pick<Tool, 'inputSchema'>): Property[] {
  const { properties = {}, required = [] } = inputSchema as {
    properties?: Record<string, Record<string, unknown> | boolean>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => {
    const { type, description, enum: values } = typeof schema === 'object' ? schema : {};
    return {
      name,
      isRequired: required.includes(name),
      types: [type].flat().filter((each) => typeof each === 'string'),
      description: typeof description === 'string' ? description : undefined,
      values: Array.isArray(values) ? (values as unknown[]) : undefined,
    };
  });
}

/** @throws CliError (usage) */
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
    args[name] = argumentValue(
      text,
      properties.find((property) => property.name === name),
    );
  }
  return args;
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
async function completed(
  args: Record<string, unknown>,
  tool: Tool,
  { terminal, signal }: Run,
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

/** The content of a result for people: text as it is, of everything else what it is. */
export function readable({
  content,
  structuredContent,
}: Pick<CallToolResult, 'content' | 'structuredContent'>): string {
  const parts = (content ?? []).map((block) => {
    switch (block.type) {
      case 'text':
        return harmless(block.text);
      case 'image':
      case 'audio':
        return `[${block.type}, ${oneLine(block.mimeType)}, ${Math.floor(block.data.length * 0.75)} bytes; -o json has it]`;
      case 'resource_link':
        return `[${oneLine(block.name)}: ${oneLine(block.uri)}]`;
      case 'resource':
        return 'text' in block.resource
          ? harmless(block.resource.text)
          : `[${oneLine(block.resource.uri)}; -o json has it]`;
      default:
        return `[${oneLine(JSON.stringify(block))}]`;
    }
  });
  if (parts.length === 0 && structuredContent) return harmless(JSON.stringify(structuredContent, null, 2));
  return parts.join('\n');
}
