import { Command } from 'commander';
import { usageError } from '../frame/exit.js';
import { local, type Run, type Surroundings } from '../frame/frame.js';
import { gatewayOfUrl, openSession } from '../frame/session.js';
import { write } from '../frame/terminal.js';
import { connect } from './connect.js';

/** `mcp-gateway connect`: for clients that start a command. */
export function connectCommand(surroundings: Surroundings): Command {
  return new Command('connect')
    .description('connect a client that speaks stdio to a server behind the gateway, and sign in for it')
    .argument('<server>', 'the URL of the server, or an adapter by its name, /mcp, or /mcp/t/TOOLSET')
    .option('--api-key-env <variable>', 'the environment variable that has an API key')
    .action(local(surroundings, run));
}

async function run(all: Omit<Run, 'session'>, server: string, { apiKeyEnv }: { apiKeyEnv?: string }): Promise<void> {
  const { contexts: file, globals, version, terminal, signal, variables, fetch } = all;
  const gateway = gatewayOfUrl(server);
  const apiKey = apiKeyEnv === undefined ? undefined : (variables as Record<string, string | undefined>)[apiKeyEnv];
  if (apiKeyEnv !== undefined && !apiKey) throw usageError(`The environment variable ${apiKeyEnv} is not set.`);
  const { wanted } = globals;
  const session = await openSession({
    file,
    // A context signs in at its own gateway only, and the URL says which that is.
    wanted: {
      ...wanted,
      ...(gateway !== undefined && { gateway }),
      ...(apiKey !== undefined && { variables: { apiKey } }),
    },
    userAgent: `mcp-gateway/${version}`,
    ...(fetch && { fetch }),
  });
  await connect({
    url: gateway === undefined ? session.mcpUrl(server).href : server,
    credentials: session.credentials,
    headers: { 'user-agent': `mcp-gateway/${version}` },
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    log: (line) => void write(terminal.stderr, `mcp-gateway: ${line}\n`),
    signal,
  });
}
