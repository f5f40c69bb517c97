import { Client, SdkHttpError, StreamableHTTPClientTransport, type Tool } from '@modelcontextprotocol/client';
import { detailOf } from '../connect/failures.js';
import { CliError, EXIT } from '../frame/exit.js';
import { inCommands } from '../frame/in-commands.js';
import type { Session } from '../frame/session.js';
import { oneLine } from '../frame/terminal.js';

/** No tool list is longer; a server that pages without end does not hang the command. */
const MAX_TOOL_PAGES = 100;

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
  const { message = String(thrown), name, code } = thrown as { message?: string; name?: string; code?: unknown };
  if (name === 'AbortError') return thrown;
  const http = thrown instanceof SdkHttpError ? thrown : undefined;
  const status = http?.status ?? (typeof code === 'number' && code >= 400 ? code : undefined);
  const exit = status === 401 || status === 403 ? EXIT.signIn : status === 404 ? EXIT.notFound : EXIT.failed;
  const said = inCommands(oneLine(http ? detailOf(http) : message.replace(/^MCP error -?\d+: /, '')));
  return new CliError(`${endpoint} answered with an error: ${said}`, {
    exit,
    ...(!said.includes('`mcp-gateway ') && { remedy: '`mcp-gateway doctor` looks closer.' }),
    cause: thrown,
  });
}

/** The tools of an endpoint, and what its list lacks. */
export interface ToolList {
  tools: Tool[];
  /** Sources such as `tool/search` that have not listed, or not for long. */
  missing: string[];
  /** Sources of which something waits for approval. */
  heldBack: string[];
}

/** All pages of the list, with what the gateway says of it in `_meta` (docs/tools.md). */
export async function toolsOf(client: Client): Promise<ToolList> {
  const tools: Tool[] = [];
  const [missing, heldBack] = [new Set<string>(), new Set<string>()];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_TOOL_PAGES; page += 1) {
    const found = await client.listTools(cursor === undefined ? {} : { cursor });
    tools.push(...found.tools);
    for (const name of namesIn(found._meta?.['mcp-gateway/missing'])) missing.add(name);
    for (const name of namesIn(found._meta?.['mcp-gateway/held-back'])) heldBack.add(name);
    cursor = found.nextCursor;
    if (cursor === undefined) break;
  }
  return { tools, missing: [...missing], heldBack: [...heldBack] };
}

const namesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string').map(oneLine) : [];

/** What a list lacks, in sentences for people. */
export const lacking = ({ missing, heldBack }: ToolList): string[] => [
  ...missing.map((name) => `The list lacks the tools of ${name}; \`mcp-gateway status ${name}\` says why.`),
  ...heldBack.map((name) => {
    const tool = name.replace(/^tool\//, '');
    return `Definitions of ${name} wait for approval and are not listed; \`mcp-gateway definitions list ${tool}\` shows them.`;
  }),
];
