import { createInterface } from 'node:readline/promises';
import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import open from 'open';
import { chooseTarget, type Contexts } from '../frame/contexts.js';
import { CliError, EXIT, usageError } from '../frame/exit.js';
import { local, type Run, type Surroundings } from '../frame/frame.js';
import { harmless, write } from '../frame/terminal.js';
import { login, type LoginOptions } from './login.js';
import { contextStore } from './store.js';
import { logout } from './tokens.js';

interface Options {
  device?: boolean;
  browser: boolean;
  issuer?: string;
  clientId?: string;
  clientSecretFile?: string;
  scope?: string;
  redirectUri?: string;
  saveAs?: string;
}

type LocalRun = Omit<Run, 'session'>;

/** `mcp-gateway login`. */
export function loginCommand(surroundings: Surroundings): Command {
  return new Command('login')
    .description('sign in to a gateway at its issuer, and keep the login in its context')
    .addOption(new Option('--device', 'with a code that you enter in any browser (RFC 8628)').conflicts('browser'))
    .option('--no-browser', 'show the URL, and take the one at which your browser ends; for use over SSH')
    .option('--issuer <url>', 'the issuer, where the gateway takes tokens of several')
    .option('--client-id <id>', 'a client that is registered at the issuer, where it does not register one itself')
    .option('--client-secret-file <file>', 'the file with the secret of that client, if it has one')
    .option('--scope <scopes>', 'scopes in place of those that the gateway names, separated by spaces')
    .option('--redirect-uri <url>', 'the redirect URI of that client, where the issuer wants it with its port')
    .option('--save-as <name>', 'the name of the context, where the gateway has none')
    .action(local(surroundings, signIn));
}

/** `mcp-gateway logout`. */
export function logoutCommand(surroundings: Surroundings): Command {
  return new Command('logout').description('forget the login, and have the issuer end its tokens').action(
    local(surroundings, async (run) => {
      const { context } = chooseTarget(run.globals.wanted, await run.contexts.read());
      if (!context?.login) return run.print.note('There is no login to forget.');
      const why = await logout(contextStore(run.contexts, context.name), fetchOf(run));
      await run.print.note(`The login of "${context.name}" is forgotten.${why ? ` ${why}.` : ''}`);
    }),
  );
}

async function signIn(run: LocalRun, options: Options): Promise<void> {
  const { gateway, context } = chooseTarget(run.globals.wanted, await run.contexts.read());
  const name = context?.name ?? options.saveAs ?? nameFor(gateway, await run.contexts.read());
  const clientSecret = options.clientSecretFile && (await readFile(options.clientSecretFile, 'utf8')).trim();
  const reader = lineReader(run);
  try {
    const state = await login({
      ...reader.parts,
      gateway,
      how: howOf(options),
      issuer: options.issuer,
      clientId: options.clientId,
      clientSecret: clientSecret || undefined,
      scopes: options.scope?.split(/\s+/),
      redirectUri: options.redirectUri,
      fetch: fetchOf(run),
      say: (line) => void write(run.terminal.stderr, `${harmless(line)}\n`),
      signal: run.signal,
    }).catch((cause: Error) => {
      throw new CliError(`${cause.message}.`.replace(/\.\.$/, '.'), { cause, exit: EXIT.signIn });
    });
    await run.contexts.update((now) => withContext(now, name, gateway));
    await contextStore(run.contexts, name).write(state);
    await run.print.note(
      `${state.user ?? 'You'} ${state.user ? 'is' : 'are'} signed in to ${gateway} (context "${name}").`,
    );
  } finally {
    reader.close();
  }
}

const howOf = ({ device, browser }: Options): LoginOptions['how'] => {
  if (device) return 'device';
  return browser ? 'browser' : 'paste';
};

const fetchOf = ({ fetch }: Pick<Surroundings, 'fetch'>): typeof globalThis.fetch => fetch ?? globalThis.fetch;

/** A context for the gateway; what signed in to it before goes, because a login comes in its place. */
function withContext(now: Contexts, name: string, gateway: string): Contexts {
  const known = now.contexts.find((each) => each.name === name);
  if (known && known.gateway.replace(/\/+$/, '') !== gateway) {
    throw usageError(`The context "${name}" is for ${known.gateway}.`, 'Choose another name with --save-as.');
  }
  const contexts = [...now.contexts.filter((each) => each.name !== name), { name, gateway }];
  return { current: now.current ?? name, contexts };
}

/** The host, or the host with a number where another gateway has that name. */
function nameFor(gateway: string, { contexts }: Contexts): string {
  const host = new URL(gateway).host.replaceAll(/[^\w.-]/g, '-').slice(0, 60);
  for (let n = 1; ; n++) {
    const name = n === 1 ? host : `${host}-${n}`;
    if (contexts.every((each) => each.name !== name)) return name;
  }
}

/** Lines of standard input, which is opened only when one is needed. */
function lineReader({ terminal, browser }: LocalRun): {
  parts: Pick<LoginOptions, 'openBrowser' | 'readLine'>;
  close(): void;
} {
  let lines: ReturnType<typeof createInterface> | undefined;
  let iterator: AsyncIterator<string> | undefined;
  return {
    parts: {
      openBrowser: browser ?? (async (url) => void (await open(url))),
      async readLine(signal) {
        lines ??= createInterface({ input: terminal.stdin });
        iterator ??= lines[Symbol.asyncIterator]();
        signal.addEventListener('abort', () => lines?.close(), { once: true });
        const { value, done } = await iterator.next();
        return done ? undefined : value;
      },
    },
    close: () => lines?.close(),
  };
}
