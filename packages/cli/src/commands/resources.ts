import { Command } from 'commander';
import { usageError } from '../frame/exit.js';
import { act, type Run, type Surroundings } from '../frame/frame.js';
import { changesBetween } from './apply-plan.js';
import { readDocuments, withField } from './documents.js';
import { type Fields, type Kind, kinds, type Search, specOf } from './kinds.js';

interface BodyOptions {
  file?: string;
  set?: string[];
  image?: string;
  command?: string;
  url?: string;
  replicas?: string;
  env?: string[];
  role?: string[];
  description?: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** `mcp-gateway adapters`, `tools`, `toolsets` and `tenants`: each with list, get, create, update and delete. */
export const resourceCommands = kinds.map((kind) => (surroundings: Surroundings): Command => {
  const group = new Command(kind.plural).alias(kind.singular).description(kind.about);
  const list = group.command('list').description(`list the ${kind.plural} that you may see`);
  if (kind.key === 'name')
    list.option('--q <text>', 'only those that have this text').option('--tag <tag>', 'only those with this tag');
  list.action(
    act(surroundings, async ({ session, print }, search: Search) =>
      print.list(await kind.list(session.client, search), kind.view),
    ),
  );
  group
    .command('get <name...>')
    .description('print one or several')
    .action(act(surroundings, (run, names: string[]) => get(run, kind, names)));
  withBody(kind, group.command('create [name]').description(`create ${article(kind.singular)}`)).action(
    act(surroundings, (run, name: string | undefined, options: BodyOptions) => create(run, kind, name, options)),
  );
  withBody(kind, group.command('update <name>').description('change fields, and leave the others as they are')).action(
    act(surroundings, (run, name: string, options: BodyOptions) => update(run, kind, name, options)),
  );
  group
    .command('delete <name...>')
    .description('delete one or several')
    .action(act(surroundings, (run, names: string[]) => remove(run, kind, names)));
  return group;
});

const article = (word: string) => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;

function withBody(kind: Kind, command: Command): Command {
  command
    .option('-f, --file <file>', 'a YAML or JSON file with the body of the request; - is standard input')
    .option('--set <field=value>', 'one field, such as sessions.maxOpen=5; several times', collect);
  if (kind.singular !== 'adapter') return command;
  return command
    .option('--image <name:version>', 'the image of the server')
    .option(
      '--command <line>',
      'a server that speaks stdio, such as "npx -y @modelcontextprotocol/server-filesystem /tmp"',
    )
    .option('--url <url>', 'a server that runs elsewhere')
    .option('--replicas <number>', 'how many replicas')
    .option('--env <name=value>', 'an environment variable; several times', collect)
    .option('--role <role>', 'a role whose holders may use it; several times', collect)
    .option('--description <text>', 'what the server is for');
}

async function get({ session, print }: Run, kind: Kind, names: string[]): Promise<void> {
  const found = [];
  for (const name of names) found.push(await kind.get(session.client, name));
  if (found.length === 1) await print.one(found[0] as Fields, kind.view);
  else await print.list(found, kind.view);
}

async function create(
  { session, print, terminal }: Run,
  kind: Kind,
  name: string | undefined,
  options: BodyOptions,
): Promise<void> {
  const file = options.file === undefined ? {} : await oneDocument(options.file, { terminal });
  const body = changed({ ...file, ...(name !== undefined && { [kind.key]: name }) }, options);
  if (body[kind.key] === undefined) throw usageError(`Say the ${kind.key} of the ${kind.singular}.`);
  const created = await kind.create(session.client, specOf(kind, body));
  await print.note(`${kind.view.name(created)} created`);
  if (isForPrograms(print.format.kind)) await print.one(created, kind.view);
}

async function update(
  { session, print, terminal }: Run,
  kind: Kind,
  name: string,
  options: BodyOptions,
): Promise<void> {
  const now = await kind.get(session.client, name);
  const file = options.file === undefined ? {} : await oneDocument(options.file, { terminal });
  const body = changed({ ...now, ...specOf(kind, file), [kind.key]: name }, options);
  const isSame = changesBetween(specOf(kind, now), specOf(kind, body)).length === 0;
  const updated = isSame ? now : await kind.replace(session.client, name, body);
  await print.note(`${kind.singular}/${name} ${isSame ? 'unchanged' : 'updated'}`);
  if (isForPrograms(print.format.kind)) await print.one(updated, kind.view);
}

async function remove({ session, print }: Run, kind: Kind, names: string[]): Promise<void> {
  for (const name of names) {
    await kind.remove(session.client, name);
    await print.note(`${kind.singular}/${name} deleted`);
  }
}

const isForPrograms = (format: string) => !['table', 'wide', 'name'].includes(format);

export async function oneDocument(file: string, { terminal }: Pick<Run, 'terminal'>): Promise<Fields> {
  const [document, ...others] = await readDocuments(file, terminal);
  if (!document || others.length > 0)
    throw usageError(`${file} must have one document.`, 'For several, use `mcp-gateway apply -f`.');
  const { kind: _, ...fields } = document.fields;
  return fields;
}

/** The body with what the flags say. */
function changed(body: Fields, options: BodyOptions): Fields {
  const { image, command, url, replicas, env = [], role, description, set = [] } = options;
  const server = [image, command, url].filter((each) => each !== undefined);
  if (server.length > 1) throw usageError('Use one of --image, --command and --url.');
  const variables = {
    ...(body['environmentVariables'] as Fields | undefined),
    ...(command !== undefined && stdio(command)),
  };
  for (const each of env) Object.assign(variables, variable(each));
  const fields: Fields = {
    ...body,
    ...(image !== undefined && imageOf(image)),
    ...(command !== undefined && { imageName: 'mcp-proxy', imageVersion: '0.1.0' }),
    ...(url !== undefined && { remote: { ...(body['remote'] as Fields | undefined), url } }),
    ...(replicas !== undefined && { replicaCount: Number(replicas) }),
    ...(Object.keys(variables).length > 0 && { environmentVariables: variables }),
    ...(role && { requiredRoles: role }),
    ...(description !== undefined && { description }),
  };
  return set.reduce(withField, fields);
}

/** The image of the bridge, and what it runs (docs/servers.md). */
function stdio(line: string): Fields {
  const [program = '', ...args] = line.trim().split(/\s+/);
  if (!program) throw usageError('--command is empty.');
  return { MCP_COMMAND: program, ...(args.length > 0 && { MCP_ARGS: line.trim().slice(program.length).trim() }) };
}

function variable(text: string): Fields {
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (!name) throw usageError(`"${text}" is no variable: use NAME=VALUE.`);
  return { [name]: value };
}

function imageOf(text: string): Fields {
  const [, imageName = '', imageVersion = ''] =
    /^(.+?)(?:@(sha256:.+)|:([^/:]+))$/.exec(text)?.filter((part) => part !== undefined) ?? [];
  if (!imageName) throw usageError(`"${text}" has no version: use NAME:VERSION or NAME@sha256:….`);
  return { imageName, imageVersion };
}
