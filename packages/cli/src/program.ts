import { Command } from 'commander';
import { clientsCommand } from './clients/command.js';
import { applyCommand, deleteCommand } from './commands/apply.js';
import { callCommand } from './commands/call.js';
import { definitionsCommand, registryCommand } from './commands/catalogue.js';
import { completeCommand, completionCommand } from './commands/completion.js';
import { contextsCommand } from './commands/contexts.js';
import { doctorCommand } from './commands/doctor.js';
import { apiKeysCommand, auditCommand, sessionsCommand } from './commands/keys-and-audit.js';
import { eventsCommand } from './commands/events.js';
import { explainCommand, logsCommand, statusCommand, waitCommand } from './commands/observe.js';
import { quotaCommand } from './commands/quota.js';
import { resourceCommands } from './commands/resources.js';
import { connectCommand } from './connect/command.js';
import { EXIT, type ExitCode, failureOf } from './frame/exit.js';
import { addGlobalFlags } from './frame/flags.js';
import type { Surroundings } from './frame/frame.js';
import { paint, write } from './frame/terminal.js';
import { exportCommand, importCommand } from './import/command.js';
import { serveCommand } from './serve/command.js';
import { loginCommand, logoutCommand } from './sign-in/command.js';

/** The commands, in the order of the help. Another command gets its line here. */
const COMMANDS: ((surroundings: Surroundings) => Command)[] = [
  ...resourceCommands,
  applyCommand,
  deleteCommand,
  statusCommand,
  eventsCommand,
  logsCommand,
  waitCommand,
  callCommand,
  sessionsCommand,
  explainCommand,
  quotaCommand,
  definitionsCommand,
  registryCommand,
  apiKeysCommand,
  auditCommand,
  doctorCommand,
  contextsCommand,
  loginCommand,
  logoutCommand,
  clientsCommand,
  connectCommand,
  importCommand,
  exportCommand,
  serveCommand,
  completionCommand,
];

/** The version of the command; a test compares it with package.json. */
export const version = '0.1.0';

/** The command with all its subcommands and flags. */
export function createProgram(surroundings: Surroundings): Command {
  const { terminal, version: shown } = surroundings;
  const program = new Command('mcp-gateway')
    .description('Manages an MCP Gateway and calls the MCP servers behind it.')
    .version(shown, '--version', 'print the version of this command')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showHelpAfterError('(Add --help for what the command takes.)');
  addGlobalFlags(program);
  for (const make of COMMANDS) program.addCommand(make(surroundings));
  program.addCommand(completeCommand(surroundings), { hidden: true });
  for (const command of [program, ...descendants(program)]) {
    command
      .exitOverride()
      .configureOutput({
        writeOut: (text) => void terminal.stdout.write(text),
        writeErr: (text) => void terminal.stderr.write(text),
        getOutHelpWidth: () => terminal.stdout.columns ?? 100,
        getOutHasColors: () => false,
        getErrHasColors: () => false,
      })
      .configureHelp({ showGlobalOptions: true })
      .helpOption('-h, --help', 'print this help');
  }
  return program;
}

const descendants = (command: Command): Command[] => command.commands.flatMap((each) => [each, ...descendants(each)]);

/**
 * Runs one command line and writes its results and errors.
 * @param args without the programs, such as `['adapters', 'list']`
 * @returns the exit code; never rejects
 */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const { terminal, signal } = surroundings;
  try {
    await createProgram(surroundings).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (thrown) {
    if (signal.aborted) return EXIT.interrupted;
    const { exit, message } = failureOf(thrown);
    if (message) await write(terminal.stderr, `${paint('red', 'error:', terminal.stderr, terminal)} ${message}\n`);
    return exit;
  }
}
