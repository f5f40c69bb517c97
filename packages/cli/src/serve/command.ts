import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { Command } from 'commander';
import type { Contexts, Wanted } from '../frame/contexts.js';
import { usageError } from '../frame/exit.js';
import type { Variables } from '../frame/flags.js';
import { local, type Run, type Surroundings } from '../frame/frame.js';
import { openSession } from '../frame/session.js';
import { write } from '../frame/terminal.js';
import { managementServer } from './management-server.js';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type Level = (typeof LEVELS)[number];

/** `mcp-gateway serve`. */
export function serveCommand(surroundings: Surroundings): Command {
  return new Command('serve')
    .description(
      'an MCP server over stdio that manages the gateway: list and register backends, quotas, logs, sessions',
    )
    .action(local(surroundings, serve));
}

async function serve({
  contexts: file,
  globals,
  version,
  terminal,
  signal,
  variables,
  fetch,
}: Omit<Run, 'session'>): Promise<void> {
  const level = levelOf(variables.MCP_GATEWAY_LOG_LEVEL);
  const log = (at: Level, line: string) => {
    if (LEVELS.indexOf(at) >= LEVELS.indexOf(level)) void write(terminal.stderr, `mcp-gateway: ${line}\n`);
  };
  const { wanted, timeoutMs } = globals;
  const session = await openSession({
    file,
    wanted: isChosen(wanted, await file.read()) ? wanted : { ...wanted, gateway: addressOf(variables) },
    timeoutMs,
    userAgent: `mcp-gateway/${version}`,
    ...(fetch && { fetch }),
  });
  const { client } = session;
  const transport = new StdioServerTransport(terminal.stdin, terminal.stdout);
  const ended = new Promise<void>((resolve) => {
    terminal.stdin.once('end', resolve).once('close', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const handle = serveStdio(
    () => managementServer({ client, version, onError: (error) => log('warn', error.message) }),
    {
      transport,
      onerror: (error) => log('warn', error.message),
    },
  );
  log('info', `manages ${client.url}`);
  await ended;
  await handle.close();
}

function levelOf(text = 'info'): Level {
  const level = LEVELS.find((each) => each === text);
  if (level) return level;
  throw usageError(`MCP_GATEWAY_LOG_LEVEL must be ${LEVELS.join(', ')}, not "${text}".`);
}

/** Whether a flag, a variable or a context says which gateway to manage. */
const isChosen = ({ gateway, context, variables }: Wanted, { current }: Contexts): boolean =>
  [gateway, context, variables.gateway, variables.context, current].some((each) => each !== undefined);

/** Where a gateway with the same PORT and MCP_GATEWAY_HOST listens; undefined without either. */
export function addressOf({ PORT: port, MCP_GATEWAY_HOST: host }: Variables): string | undefined {
  if (port === undefined && host === undefined) return undefined;
  const isAll = host === undefined || host === '0.0.0.0' || host === '::';
  const name = isAll ? '127.0.0.1' : host;
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port ?? '8000'}`;
}
