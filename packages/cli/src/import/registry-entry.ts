import {
  type ImportOptions,
  type ImportPlan,
  isObject,
  joined,
  listOf,
  objectOf,
  resource,
  resourceName,
  skip,
  textOf,
} from './plan.js';
import { sortVariables } from './secrets.js';
import { imageOf, stdioAdapter, urlAdapter } from './servers.js';

/** Both spellings of the fields: those of today and, with underscores, those before 2025-09. */
const field = (of: Record<string, unknown>, name: string): unknown =>
  of[name] ?? of[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];

/** A `server.json` of the MCP registry, its answer for one server, or a list of them. Undefined when it is none of these. */
export function importRegistryEntry(document: Record<string, unknown>, options: ImportOptions): ImportPlan | undefined {
  if (Array.isArray(document['servers'])) {
    return joined(
      document['servers'].map(
        (each) => importRegistryEntry(objectOf(each), options) ?? skip('servers', 'it is no server.json'),
      ),
    );
  }
  if (isObject(document['server'])) return importRegistryEntry(document['server'], options);
  const name = textOf(document['name']);
  const [packages, remotes] = [listOf(document['packages']).map(objectOf), listOf(document['remotes']).map(objectOf)];
  if (name === undefined || (packages.length === 0 && remotes.length === 0)) return undefined;
  const short = name.split('/').at(-1) ?? name;
  const plan = fromRemotes(name, short, remotes, options) ?? fromPackages(name, short, packages, document, options);
  const description = textOf(document['description']);
  return {
    ...plan,
    resources: plan.resources.map((each) => ({ ...each, spec: { ...each.spec, ...(description && { description }) } })),
  };
}

const typeOf = (remote: Record<string, unknown>) => textOf(remote['type']) ?? textOf(field(remote, 'transportType'));

/** A server that runs elsewhere needs nothing to run, so it comes before packages. */
function fromRemotes(
  from: string,
  name: string,
  remotes: Record<string, unknown>[],
  options: ImportOptions,
): ImportPlan | undefined {
  const remote = remotes.find((each) => typeOf(each) !== 'sse') ?? remotes[0];
  const url = remote && textOf(remote['url']);
  if (url === undefined) return undefined;
  const headers = listOf(remote?.['headers']).map(objectOf);
  const given = headers.map((each) => [
    String(each['name']),
    field(each, 'isSecret') ? '${secret}' : (valueOf(each) ?? '${value}'),
  ]);
  return urlAdapter(
    from,
    name,
    { url, headers: Object.fromEntries(given), isSse: remote !== undefined && typeOf(remote) === 'sse' },
    options,
  );
}

function fromPackages(
  from: string,
  name: string,
  packages: Record<string, unknown>[],
  document: Record<string, unknown>,
  options: ImportOptions,
): ImportPlan {
  const plans = packages.map((each) => fromPackage(from, name, each, document, options));
  return (
    plans.find(({ resources }) => resources.length > 0) ?? plans[0] ?? skip(from, 'it has neither packages nor remotes')
  );
}

function fromPackage(
  from: string,
  name: string,
  of: Record<string, unknown>,
  document: Record<string, unknown>,
  options: ImportOptions,
): ImportPlan {
  const [type, identifier = ''] = [textOf(field(of, 'registryType')), textOf(of['identifier'])];
  const version = textOf(of['version']) ?? textOf(document['version']);
  const inputs = listOf(field(of, 'environmentVariables')).map(objectOf);
  const values = inputs.map((each) => [String(each['name']), valueOf(each)] as const);
  const env = Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Record<string, string>;
  const secrets = new Set(inputs.filter((each) => field(each, 'isSecret')).map((each) => String(each['name'])));
  const open = inputs
    .filter((each) => valueOf(each) === undefined && field(each, 'isRequired'))
    .map((each) => String(each['name']));
  const args = listOf(field(of, 'packageArguments')).map(objectOf);
  const openArgs = args
    .filter((each) => valueOf(each) === undefined && field(each, 'isRequired'))
    .map((each) => textOf(each['name']) ?? textOf(field(each, 'valueHint')) ?? 'an argument');
  const all = { args: args.flatMap(wordsOf), env: { ...env, ...openSecrets(open, secrets) }, secrets };
  const starts: Record<string, [string, string[]]> = {
    npm: ['npx', ['-y', version ? `${identifier}@${version}` : identifier]],
    pypi: ['uvx', [version ? `${identifier}@${version}` : identifier]],
  };
  const start = starts[type ?? ''];
  let plan: ImportPlan;
  if (start) plan = stdioAdapter(from, name, { ...all, command: start[0], args: [...start[1], ...all.args] }, options);
  else if (type === 'oci' || type === 'docker') plan = fromImage(from, name, of, version, all, options);
  else return skip(from, `it is a package of ${type ?? 'an unknown registry'}, which the bridge cannot start`);
  const openVariables = open.filter((each) => !secrets.has(each));
  const notes = [
    ...(openVariables.length > 0 ? [`${openVariables.join(', ')}: needs a value in environmentVariables`] : []),
    ...(openArgs.length > 0 ? [`${openArgs.join(', ')}: needs a value in MCP_ARGS`] : []),
  ];
  return { ...plan, resources: plan.resources.map((each) => ({ ...each, notes: [...each.notes, ...notes] })) };
}

/** Secrets without a value are named all the same. */
const openSecrets = (open: readonly string[], secrets: ReadonlySet<string>): Record<string, string> =>
  Object.fromEntries(open.filter((name) => secrets.has(name)).map((name) => [name, '${secret}']));

function fromImage(
  from: string,
  name: string,
  of: Record<string, unknown>,
  version: string | undefined,
  { args, env, secrets }: { args: string[]; env: Record<string, string>; secrets: Set<string> },
  options: ImportOptions,
): ImportPlan {
  const transport = objectOf(of['transport']);
  const type = textOf(transport['type']) ?? 'stdio';
  if (type === 'stdio')
    return skip(from, 'its image speaks stdio. Build an image of the server and the bridge (docs/servers.md)');
  if (args.length > 0)
    return skip(from, 'its image needs arguments, which an adapter does not have. Put them into an image of your own');
  const identifier = textOf(of['identifier']) ?? '';
  const image = imageOf(
    /[:@]/.test(identifier.split('/').at(-1) ?? '') || !version ? identifier : `${identifier}:${version}`,
  );
  const { imageName, imageVersion } = image;
  const variables = sortVariables(env, options, secrets);
  const url = textOf(transport['url']);
  const at = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  const { environmentVariables, secretEnvironment } = variables;
  const place = {
    ...(at?.port && { port: Number(at.port) }),
    ...(at && at.pathname !== '/mcp' && { path: at.pathname }),
  };
  const spec = { name: resourceName(name), imageName, imageVersion, environmentVariables, secretEnvironment, ...place };
  return resource('adapter', from, spec, [...image.notes, ...variables.notes]);
}

const valueOf = (input: Record<string, unknown>): string | undefined =>
  textOf(input['value']) ?? textOf(input['default']);

function wordsOf(argument: Record<string, unknown>): string[] {
  const value = valueOf(argument);
  if (argument['type'] !== 'named') return value === undefined ? [] : [value];
  const name = textOf(argument['name']);
  if (name === undefined || (value === undefined && !field(argument, 'isRequired'))) return [];
  return value === undefined ? [name] : [name, value];
}
