import { Command } from 'commander';
import { Context, type Contexts } from '../frame/contexts.js';
import { usageError } from '../frame/exit.js';
import { local, type Surroundings } from '../frame/frame.js';
import type { View } from '../frame/output.js';

const view = (current: string | undefined): View<Context> => ({
  columns: [
    { title: 'CURRENT', value: ({ name }) => (name === current ? '*' : '') },
    { title: 'NAME', value: ({ name }) => name },
    { title: 'GATEWAY', value: ({ gateway }) => gateway },
    { title: 'SIGN-IN', value: signInOf },
  ],
  name: ({ name }) => `context/${name}`,
  none: 'There are no contexts: commands call http://127.0.0.1:8000. Add one with `mcp-gateway contexts set NAME --gateway URL`.',
});

const signInOf = ({ apiKeyFile, login, as }: Context): string =>
  (apiKeyFile && 'API key file') ?? (login && 'login') ?? (as === undefined ? 'none' : `development as ${as}`);

interface SetOptions {
  gateway?: string | undefined;
  apiKeyFile?: string | undefined;
  as?: string | undefined;
  roles?: string | undefined;
}

/** `mcp-gateway contexts`: the gateways that this user works with. */
export function contextsCommand(surroundings: Surroundings): Command {
  const group = new Command('contexts')
    .alias('context')
    .description('gateways that you work with, and which one is current');
  const { contexts: file } = surroundings;

  group
    .command('list')
    .description('list the contexts')
    .action(
      local(surroundings, async ({ print }) => {
        const { current, contexts } = await file.read();
        // Secrets of a login stay in the file.
        await print.list(
          contexts.map(({ login, ...rest }) => ({ ...rest, ...(login && { login: {} }) })),
          view(current),
        );
      }),
    );
  group
    .command('use <name>')
    .description('make a context the current one')
    .action(
      local(surroundings, async ({ print }, name: string) => {
        await file.update((now) => ({ ...now, current: existing(now, name).name }));
        await print.note(`The current context is "${name}".`);
      }),
    );
  group
    .command('set <name>')
    .description('add a context or change one; the first one becomes current. Takes --gateway, --as and --roles')
    .option('--api-key-file <file>', 'the file with the API key to sign in with')
    .action(
      local(surroundings, async ({ print, globals }, name: string, options: SetOptions) => {
        await file.update((now) => changed(now, name, { ...options, ...globals.wanted }));
        await print.note(`The context "${name}" is set.`);
      }),
    );
  group
    .command('delete <name>')
    .description('remove a context from the file')
    .action(
      local(surroundings, async ({ print }, name: string) => {
        await file.update((now) => {
          existing(now, name);
          const { current, ...rest } = now;
          const contexts = now.contexts.filter((each) => each.name !== name);
          return { ...rest, ...(current !== undefined && current !== name && { current }), contexts };
        });
        await print.note(`The context "${name}" is removed.`);
      }),
    );
  return group;
}

function existing({ contexts }: Contexts, name: string): Context {
  const found = contexts.find((each) => each.name === name);
  if (!found) throw usageError(`There is no context "${name}".`, '`mcp-gateway contexts list` lists them.');
  return found;
}

function changed(now: Contexts, name: string, { gateway, apiKeyFile, as, roles }: SetOptions): Contexts {
  const known = now.contexts.find((each) => each.name === name);
  const url = gateway ?? known?.gateway;
  if (url === undefined) throw usageError(`Say where the gateway of "${name}" is: --gateway URL.`);
  // What signs in to one gateway is no use at another.
  const kept = known && known.gateway === url ? known : {};
  const given = Object.entries({ apiKeyFile, as, roles }).filter(([, value]) => value !== undefined);
  const parsed = Context.safeParse({ ...kept, ...Object.fromEntries(given), name, gateway: url });
  if (!parsed.success)
    throw usageError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  const contexts = [...now.contexts.filter((each) => each.name !== name), parsed.data];
  return { current: now.current ?? name, contexts };
}
