import os from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { GatewayError } from '@mcp-gateway/client';
import { usageError } from '../frame/exit.js';
import { act, local, type Run, type Surroundings } from '../frame/frame.js';
import type { View } from '../frame/output.js';
import type { Machine, McpClient } from './definition.js';
import { type GatewayTarget, gatewayTarget } from './entry.js';
import { applyInstall, planInstall } from './install.js';
import { planEntry } from './plan-entry.js';
import { instructionsFor, instructionsText } from './print.js';
import { CLIENTS, clientOf } from './table.js';

interface Options {
  name?: string;
  apiKeyEnv?: string;
  stdio?: boolean;
  project?: string | true;
  file?: string;
  dryRun?: boolean;
  command?: string;
}

/** The check whether a server exists holds nobody up. */
const CHECK_MS = 2_000;

const SERVER = 'an adapter by its name, /mcp, or /mcp/t/TOOLSET';

/** `mcp-gateway clients`: tells MCP clients about servers of the gateway. */
export function clientsCommand(surroundings: Surroundings): Command {
  const group = new Command('clients').description('set up MCP clients such as Claude, Cursor and VS Code');
  group
    .command('list')
    .description('list the clients and where they keep their servers')
    .action(local(surroundings, ({ print }) => print.list(CLIENTS, view(machineOf(surroundings)))));
  withOptions(group.command('print <client> <server>'))
    .description(`print how a client is told about ${SERVER}`)
    .action(
      act(surroundings, async (run, id: string, server: string, options: Options) => {
        const { client, file, planned, target } = plan(run, id, server, options, ['mcp-gateway']);
        const instructions = instructionsFor(client, file, planned);
        await run.print.value(instructions, instructionsText(instructions));
        await warnIfNone(run, target);
      }),
    );
  withOptions(group.command('install <client> <server>'))
    .description(`write ${SERVER} into the configuration of a client, and keep a copy of the file as it was`)
    .option('--dry-run', 'show the change and write nothing')
    .action(act(surroundings, install));
  return group;
}

const withOptions = (command: Command): Command =>
  command
    .option('--name <name>', 'the name of the server in the client, in place of its own')
    .option('--api-key-env <variable>', 'the environment variable that has an API key for the client')
    .option('--stdio', 'have the client start `mcp-gateway connect`, which signs in')
    .option('--project [folder]', 'the file of a project in place of the file of the user')
    .option('--file <file>', 'another file of the client')
    .option(
      '--command <command>',
      'the command that starts mcp-gateway, where the client starts it; "…" around a part with spaces',
    );

async function install(run: Run, id: string, server: string, options: Options): Promise<void> {
  const { print } = run;
  // Applications do not have the PATH of a shell, so they get the whole path.
  const { client, file, planned, target } = plan(run, id, server, options, [
    process.execPath,
    process.argv[1] ?? 'mcp-gateway',
  ]);
  await warnIfNone(run, target);
  const change = await planInstall(client, file, planned.entry.name, planned.value);
  if (change.diff === '') return print.value({ file, changed: false }, `${file} has the server already.`);
  if (options.dryRun) return print.value({ file, changed: false, diff: change.diff }, change.diff);
  const backup = await applyInstall(change);
  if (planned.because) await print.note(planned.because);
  await print.note(
    `${file} has the server "${planned.entry.name}".${backup ? ` ${backup} is the file as it was.` : ''}`,
  );
  await print.note(client.next);
  if (print.format.kind !== 'table') await print.value({ file, changed: true, backup }, '');
}

/** A client may be told of a server before it is registered, and without the gateway. */
async function warnIfNone({ session, print, signal }: Run, { resource }: GatewayTarget): Promise<void> {
  if (resource === undefined) return;
  const { kind, name } = resource;
  const input = { path: { name }, signal: AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]) };
  try {
    await (kind === 'adapter' ? session.client.call('getAdapter', input) : session.client.call('getToolset', input));
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || !/^(ADAPTER|TOOLSET)_NOT_FOUND$/.test(thrown.code)) return;
    await print.note(
      `The gateway has no ${kind} "${name}" that you may use; \`mcp-gateway ${kind}s list\` lists those that you may.`,
    );
  }
}

function plan(
  { session, variables, home }: Run,
  id: string,
  server: string,
  options: Options,
  self: [string, ...string[]],
) {
  const client = clientOf(id);
  const target = gatewayTarget(session.target.gateway, server, options.name);
  // Backslashes stay: they separate folders on Windows.
  const words = [...(options.command ?? '').matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const [first, ...rest] = words;
  const planned = planEntry(client, target, {
    apiKeyVariable: options.apiKeyEnv,
    stdio: options.stdio,
    self: first ? [first, ...rest] : self,
  });
  return { client, file: options.file ?? fileOf(client, machineOf({ variables, home }), options), planned, target };
}

function fileOf(client: McpClient, machine: Machine, { project }: Options): string {
  if (project === undefined) return client.file(machine);
  if (client.projectFile === undefined) throw usageError(`${client.title} has no file for a project.`);
  return join(project === true ? '.' : project, client.projectFile);
}

function machineOf({ variables, home }: { variables: Surroundings['variables']; home?: string | undefined }): Machine {
  const platform = process.platform === 'darwin' || process.platform === 'win32' ? process.platform : 'linux';
  return { platform, home: home ?? os.homedir(), env: variables };
}

const view = (machine: Machine): View<McpClient> => ({
  columns: [
    { title: 'NAME', value: ({ id }) => id },
    { title: 'CLIENT', value: ({ title }) => title },
    { title: 'CONNECTS BY', value: ({ http }) => (http ? 'URL' : 'mcp-gateway connect') },
    { title: 'FILE', value: (client) => client.file(machine) },
    { title: 'FILE OF A PROJECT', value: ({ projectFile }) => projectFile ?? '', wide: true },
    { title: 'DOCUMENTATION', value: ({ docs }) => docs, wide: true },
  ],
  name: ({ id }) => `client/${id}`,
});
