import type { Icon } from './about.js';
import {
  type Argument,
  type Input,
  own,
  type Package,
  RegistryEntry,
  type ServerJson,
  type Transport,
} from './server-json.js';

export interface FromRegistryEntry {
  /** Name of the adapter; default: the part of the server's name after the slash. */
  name?: string;
  /** Values of inputs that the entry leaves to whoever runs the server, by the names of variables, headers and arguments. */
  values?: Readonly<Record<string, string>>;
  /** Secret variables, by name: the Secret and the key in it that has the value. */
  secrets?: Readonly<Record<string, { secret: string; key: string }>>;
  /** Version of the bridge that runs servers of npm and PyPI. */
  bridgeVersion?: string;
}

/** Fields of a body of POST /adapters. */
interface EntryFields {
  name: string;
  title?: string;
  description?: string;
  documentation?: string;
  icons?: Icon[];
  remote?: { url: string; headers?: Record<string, string> };
  imageName?: string;
  imageVersion?: string;
  port?: number;
  path?: string;
  environmentVariables?: Record<string, string>;
  secretEnvironment?: Record<string, { secret: string; key: string }>;
}

export type ConvertedEntry =
  | {
      adapter: EntryFields;
      /** What whoever registers it should know. */
      notes: string[];
    }
  | { /** Why no package and no remote of the entry can be an adapter. */ faults: string[] };

/** One way to run the server, or why it cannot be run so. */
interface Candidate {
  faults: string[];
  notes: string[];
  fields: Omit<EntryFields, 'name'>;
}

/**
 * An entry of a registry of MCP servers as an adapter. The first of these that can be one is taken: a remote of streamable HTTP, a
 * container image, a package of npm, one of PyPI, a remote of the older transport. Pure: it looks nothing up.
 */
export function fromRegistryEntry(entry: unknown, options: FromRegistryEntry = {}): ConvertedEntry {
  const parsed = RegistryEntry.safeParse(entry);
  if (!parsed.success)
    return { faults: ['this is no server.json: it needs a name, and packages and remotes of the format'] };
  const server = parsed.data;
  const candidates = candidatesOf(server, options);
  const found = candidates.find(({ faults }) => faults.length === 0);
  if (!found) {
    const none = ['the entry has neither packages nor remotes, so there is nothing to run or to connect to'];
    return { faults: candidates.length === 0 ? none : candidates.flatMap(({ faults }) => faults) };
  }
  return {
    adapter: { name: options.name ?? nameIn(server.name), ...aboutOf(server), ...found.fields },
    notes: found.notes,
  };
}

function candidatesOf({ packages, remotes }: ServerJson, options: FromRegistryEntry): Candidate[] {
  const remotesOf = (type: string) => remotes.filter((each) => each.type === type);
  const packagesOf = (type: string) => packages.filter(({ registryType }) => registryType === type);
  return [
    ...remotesOf('streamable-http').map((remote) => ofRemote(remote, options)),
    ...packagesOf('oci').map((each) => ofImage(each, options)),
    ...packagesOf('npm').map((each) => ofCommand(each, { command: 'npx', first: ['-y'], at: '@' }, options)),
    ...packagesOf('pypi').map((each) => ofCommand(each, { command: 'uvx', first: [], at: '==' }, options)),
    ...remotesOf('sse').map((remote) => ofOlderRemote(remote, options)),
    ...packages.filter(({ registryType }) => !['oci', 'npm', 'pypi'].includes(registryType)).map(unsupported),
  ];
}

const refused = (...faults: string[]): Candidate => ({ faults, notes: [], fields: {} });

const unsupported = ({ registryType, identifier }: Package): Candidate =>
  refused(`${identifier}: packages of ${registryType} cannot be run; put the server into a container image`);

/** What people see; longer texts are cut to what an adapter may have. */
function aboutOf({ title, description, websiteUrl, repository, icons = [] }: ServerJson) {
  const documentation = [websiteUrl, repository?.url].find((url) => url !== undefined && isHttps(url));
  const shown = icons.filter(({ src }) => isHttps(src)).slice(0, 4);
  return {
    ...(title && { title: title.slice(0, 256) }),
    description,
    ...(documentation && { documentation }),
    ...(shown.length > 0 && { icons: shown }),
  };
}

const isHttps = (url: string) => /^https:\/\/\S+$/i.test(url) && URL.canParse(url);

/** `io.github.user/My_Server` is `my-server`. */
function nameIn(serverName: string): string {
  const last = serverName.split('/').at(-1) ?? '';
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 63);
  return name.replaceAll(/^-|-$/g, '');
}

/** Values of inputs, and what is missing. */
class Inputs {
  readonly faults: string[] = [];
  readonly notes: string[] = [];

  constructor(
    private readonly of: string,
    private readonly options: FromRegistryEntry,
  ) {}

  /** Undefined when the input has no value and needs none. */
  value(name: string, input: Input): string | undefined {
    const given = own(this.options.values, name) ?? input.value ?? input.default;
    if (given !== undefined) return this.filled(given, input.variables ?? {});
    if (input.isRequired) this.faults.push(`${this.of}: ${name} needs a value; give one`);
    return undefined;
  }

  /** The text with the variables in it that have values. */
  filled(text: string, variables: Readonly<Record<string, Input>>): string {
    return text.replaceAll(/\{([A-Za-z_][\w.-]*)\}/g, (written, name: string) => {
      const variable = own(variables, name);
      const given = own(this.options.values, name) ?? variable?.value ?? variable?.default;
      if (given === undefined && (variable?.isRequired || variable === undefined)) {
        this.faults.push(`${this.of}: {${name}} needs a value; give one`);
      }
      return given ?? (variable ? '' : written);
    });
  }
}

/** The URL and the headers of a remote, without secrets. */
function connectionOf({ url = '', headers = [], variables = {} }: Transport, inputs: Inputs) {
  const sent: Record<string, string> = {};
  for (const { name, ...input } of headers) {
    const isSecret = input.isSecret || Object.values(input.variables ?? {}).some((each) => each.isSecret);
    if (isSecret && input.isRequired) {
      inputs.faults.push(
        `${url}: the header ${name} is a secret; register the adapter with remote.url and name a credential in upstreamAuth`,
      );
    } else if (isSecret) {
      inputs.notes.push(
        `the header ${name} is left out, because it is a secret; a credential in upstreamAuth can send it`,
      );
    } else {
      const value = inputs.value(name, input);
      if (value !== undefined) sent[name] = value;
    }
  }
  const filled = inputs.filled(url, variables);
  if (inputs.faults.length === 0 && !URL.canParse(filled)) inputs.faults.push(`${url} is no URL`);
  return { url: filled, headers: sent };
}

function ofRemote(remote: Transport, options: FromRegistryEntry): Candidate {
  const inputs = new Inputs(remote.url ?? 'a remote', options);
  const { url, headers } = connectionOf(remote, inputs);
  const { faults, notes } = inputs;
  return { faults, notes, fields: { remote: { url, ...(Object.keys(headers).length > 0 && { headers }) } } };
}

/** The bridge connects to servers of HTTP with SSE (2024-11-05). */
function ofOlderRemote(remote: Transport, options: FromRegistryEntry): Candidate {
  const inputs = new Inputs(remote.url ?? 'a remote', options);
  const { url, headers } = connectionOf(remote, inputs);
  const variables = {
    MCP_PROXY_URL: url,
    ...(Object.keys(headers).length > 0 && { MCP_PROXY_HEADERS: JSON.stringify(headers) }),
  };
  return { faults: inputs.faults, notes: inputs.notes, fields: bridge(variables, options) };
}

const bridge = (environmentVariables: Record<string, string>, { bridgeVersion = '0.1.0' }: FromRegistryEntry) => ({
  imageName: 'mcp-proxy',
  imageVersion: bridgeVersion,
  environmentVariables,
});

interface Launcher {
  command: string;
  /** Its arguments before those of the entry. */
  first: string[];
  /** Between the name of a package and its version. */
  at: string;
}

/** A package whose command speaks stdio, behind the bridge. */
function ofCommand(found: Package, { command, first, at }: Launcher, options: FromRegistryEntry): Candidate {
  const { identifier, version, transport, runtimeHint = command } = found;
  if (transport.type !== 'stdio') {
    return refused(
      `${identifier}: the bridge runs servers that speak stdio, and this one speaks ${transport.type}; put it into a container image`,
    );
  }
  if (runtimeHint !== command)
    return refused(`${identifier}: it is to be run by ${runtimeHint}, and the bridge has ${command}`);
  const inputs = new Inputs(identifier, options);
  const runtime = argumentsOf(found.runtimeArguments, inputs).filter((each) => !first.includes(each));
  const pinned = version === undefined ? identifier : `${identifier}${at}${version}`;
  const args = [...first, ...runtime, pinned, ...argumentsOf(found.packageArguments, inputs)];
  const { plain, secret } = variablesOf(found, inputs, options);
  if (command === 'uvx')
    inputs.notes.push('the image mcp-proxy has no uvx on Kubernetes; docs/servers.md says how to add it');
  const run = { MCP_COMMAND: command, MCP_ARGS: JSON.stringify(args) };
  const fields = {
    ...bridge({ ...plain, ...run }, options),
    ...(Object.keys(secret).length > 0 && { secretEnvironment: secret }),
  };
  return { faults: inputs.faults, notes: inputs.notes, fields };
}

const HOST = /^[^/.:]*[.:][^/]*\/|^localhost\//;

/** A container image that listens. The gateway takes images from the operator's registry only. */
function ofImage(found: Package, options: FromRegistryEntry): Candidate {
  const { identifier, transport } = found;
  if (transport.type !== 'streamable-http') {
    const why =
      transport.type === 'stdio' ? 'build an image from mcp-proxy that runs it' : 'use a version with streamable HTTP';
    return refused(`${identifier}: the image speaks ${transport.type} and does not listen for streamable HTTP; ${why}`);
  }
  if ((found.runtimeArguments ?? []).length > 0 || (found.packageArguments ?? []).length > 0) {
    return refused(`${identifier}: an adapter gives its image no arguments; build an image that has them`);
  }
  const inputs = new Inputs(identifier, options);
  const name = identifier.replace(HOST, '');
  const [, bare = name, tag, digest] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(name) ?? [];
  const version = [tag ?? found.version, digest].filter((each) => each !== undefined).join('@');
  if (version === '') inputs.faults.push(`${identifier}: the entry names no version`);
  const { plain, secret } = variablesOf(found, inputs, options);
  const at = inputs.filled(
    transport.url ?? '',
    Object.fromEntries((found.environmentVariables ?? []).map((each) => [each.name, each])),
  );
  const url = URL.canParse(at) ? new URL(at) : undefined;
  if (!url) inputs.faults.push(`${identifier}: ${transport.url ?? 'the transport'} is no URL`);
  inputs.notes.push(`the image must be in the registry of your adapters as ${bare}:${version.split('@')[0]}`);
  return {
    faults: inputs.faults,
    notes: inputs.notes,
    fields: {
      imageName: bare,
      imageVersion: version,
      ...(url && { port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)), path: url.pathname }),
      ...(Object.keys(plain).length > 0 && { environmentVariables: plain }),
      ...(Object.keys(secret).length > 0 && { secretEnvironment: secret }),
    },
  };
}

/** `--name value`. An argument that needs no value and has none is left out. */
function argumentsOf(found: Argument[] = [], inputs: Inputs): string[] {
  return found.flatMap((argument) => {
    if (argument.type === 'positional') {
      const value = inputs.value(argument.valueHint ?? 'an argument', argument);
      return value === undefined ? [] : [value];
    }
    const value = inputs.value(argument.name, argument);
    return value === undefined ? [] : [argument.name, value];
  });
}

function variablesOf(
  { identifier, environmentVariables = [] }: Package,
  inputs: Inputs,
  { secrets = {}, values = {} }: FromRegistryEntry,
) {
  const plain: Record<string, string> = {};
  const secret: Record<string, { secret: string; key: string }> = {};
  for (const { name, ...input } of environmentVariables) {
    const from = own(secrets, name);
    if (from) {
      secret[name] = from;
    } else if (input.isSecret && input.value === undefined && own(values, name) === undefined) {
      if (input.isRequired)
        inputs.faults.push(`${identifier}: ${name} is a secret; name the Secret and the key that have it`);
      else inputs.notes.push(`the variable ${name} is left out, because it is a secret`);
    } else {
      const value = inputs.value(name, input);
      if (value !== undefined) plain[name] = value;
    }
  }
  return { plain, secret };
}
