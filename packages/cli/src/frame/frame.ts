import type { Command } from 'commander';
import { type ContextsFile } from './contexts-file.js';
import { type Globals, globalsOf, type Variables } from './flags.js';
import { type Printer, printer } from './output.js';
import { openSession, type Session } from './session.js';
import type { Terminal } from './terminal.js';

/** What surrounds the command: main.ts takes it from the process, tests make their own. */
export interface Surroundings {
  terminal: Terminal;
  variables: Variables;
  contexts: ContextsFile;
  /** Aborts with Ctrl-C. */
  signal: AbortSignal;
  version: string;
  fetch?: typeof globalThis.fetch;
  /** The folder of the user, in place of the one of the system. */
  home?: string;
  /** Opens a URL for the user, in place of their browser. */
  browser?: (url: string) => Promise<void>;
}

/** What an action of a command gets. */
export interface Run extends Surroundings {
  globals: Globals;
  print: Printer;
  /** The gateway that the flags choose, signed in. */
  session: Session;
}

/**
 * Makes an action for commander from one that takes its session:
 * `.command('get <name>').action(act(surroundings, (run, name: string, options: Options) => …))`.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- commander does not say what its arguments are
export function act<Parameters extends unknown[]>(
  surroundings: Surroundings,
  action: (run: Run, ...parameters: Parameters) => Promise<void>,
): (...args: unknown[]) => Promise<void> {
  return local(surroundings, async (run, ...parameters: Parameters) => {
    await action({ ...run, session: await sessionFor(run) }, ...parameters);
  });
}

/** The gateway that the flags choose, or the given one, signed in. */
export function sessionFor(
  { contexts: file, version, fetch, globals: { wanted, timeoutMs } }: Omit<Run, 'session'>,
  gateway?: string,
): Promise<Session> {
  return openSession({
    file,
    wanted: { ...wanted, ...(gateway !== undefined && { gateway }) },
    timeoutMs,
    userAgent: `mcp-gateway/${version}`,
    ...(fetch && { fetch }),
  });
}

/** The same for a command that calls no gateway. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function local<Parameters extends unknown[]>(
  surroundings: Surroundings,
  action: (run: Omit<Run, 'session'>, ...parameters: Parameters) => Promise<void>,
): (...args: unknown[]) => Promise<void> {
  return async (...args) => {
    // Commander calls with the arguments, the options and the command.
    const command = args.at(-1) as Command;
    const globals = globalsOf(command, surroundings.variables);
    const print = printer(surroundings.terminal, globals.output, globals.headers);
    await action({ ...surroundings, globals, print }, ...(args.slice(0, -1) as Parameters));
  };
}
