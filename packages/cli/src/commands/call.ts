import { Command } from 'commander';
import type { CallToolResult, Tool } from '@modelcontextprotocol/client';
import { closestMatch } from '@mcp-gateway/common/errors';
import { CliError, EXIT } from '../frame/exit.js';
import { local, type Run, sessionFor, type Surroundings } from '../frame/frame.js';
import type { View } from '../frame/output.js';
import { gatewayOfUrl } from '../frame/session.js';
import { harmless, oneLine, write } from '../frame/terminal.js';
import { argumentsOf, completed, propertiesOf } from './call-arguments.js';
import { lacking, type ToolList, toolsOf, withClient } from './mcp-session.js';

/** The comparison of names takes its time. */
const MAX_COMPARED = 500;

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
    .argument(
      '<endpoint>',
      'NAME of an adapter, /mcp for all tools, /mcp/t/NAME for a toolset, or the URL of one of them',
    )
    .argument('[tool]', 'the tool to call; without it, the tools are listed')
    .argument('[arguments...]', 'key=value; a value that is JSON counts as JSON where the tool wants no text')
    .option('--json <object>', 'all arguments as one JSON object')
    .action(
      local(surroundings, async (run, endpoint: string, ...rest: [string | undefined, string[], { json?: string }]) =>
        call({ ...run, session: await sessionFor(run, gatewayOfUrl(endpoint)) }, endpoint, ...rest),
      ),
    );

async function call(
  run: Run,
  endpoint: string,
  tool: string | undefined,
  given: string[],
  options: { json?: string },
): Promise<void> {
  await withClient(run, endpoint, async (client) => {
    const list = await toolsOf(client);
    if (tool === undefined) {
      await run.print.list(list.tools, view);
      for (const sentence of lacking(list)) await run.print.note(sentence);
      return;
    }
    const definition = definitionOf(tool, list, endpoint);
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

/** The tool as it is listed. What a list lacks may be called all the same: the gateway says why it is not there. */
function definitionOf(name: string, list: ToolList, endpoint: string): Pick<Tool, 'name' | 'inputSchema'> {
  const found = list.tools.find((each) => each.name === name);
  if (found) return found;
  if (list.missing.length > 0 || list.heldBack.length > 0) return { name, inputSchema: { type: 'object' } };
  const names = list.tools.slice(0, MAX_COMPARED).map((each) => each.name);
  const meant = closestMatch(name, names);
  throw new CliError(
    `${endpoint} has no tool "${oneLine(name)}"${meant === undefined ? '.' : `; did you mean "${oneLine(meant)}"?`}`,
    { exit: EXIT.notFound, remedy: `\`mcp-gateway call ${endpoint}\` lists them.` },
  );
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
