import { type ImportOptions, type ImportPlan, resource, resourceName, skip } from './plan.js';
import { secretArguments, secretParameters, sortHeaders, sortVariables } from './secrets.js';

export interface StdioServer {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Variables that the source calls secret. */
  secrets?: ReadonlySet<string>;
}

/** A server that speaks stdio becomes an adapter of the bridge. */
export function stdioAdapter(
  from: string,
  name: string,
  { command, args, env, secrets }: StdioServer,
  options: ImportOptions,
): ImportPlan {
  if (/(^|\/)(docker|podman|nerdctl)(\.exe)?$/.test(command)) {
    return skip(
      from,
      `it starts a container with ${command}, which the bridge does not have. Build an image of the server and the bridge (docs/servers.md)`,
    );
  }
  const secret = options.includeSecrets ? [] : secretArguments(args);
  if (secret.length > 0) {
    return skip(
      from,
      `${secret.join(', ')} may be a secret, which readers of the adapter would see. Have the server take it from a variable, or use --include-secrets`,
    );
  }
  const variables = sortVariables(env, options, secrets);
  const program = command.replace(/\.(cmd|exe)$/i, '');
  const isLocal = /[/\\]/.test(program) || args.some((arg) => /^(\/(?!tmp\b)|~|[A-Za-z]:\\)/.test(arg));
  return resource(
    'adapter',
    from,
    {
      name: resourceName(name),
      imageName: 'mcp-proxy',
      imageVersion: options.bridgeVersion,
      environmentVariables: {
        MCP_COMMAND: program,
        ...(args.length > 0 && { MCP_ARGS: argumentsText(args) }),
        ...variables.environmentVariables,
      },
      secretEnvironment: variables.secretEnvironment,
    },
    [
      ...variables.notes,
      isLocal ? 'names files of this machine, which the image must have' : undefined,
      /^(uvx?|python3?|pipx)$/.test(program)
        ? `${program} is not in the bridge image; docs/servers.md says how to add it`
        : undefined,
    ],
  );
}

/** A shell would split words at spaces; an array keeps any argument whole. */
const argumentsText = (args: readonly string[]): string =>
  args.every((arg) => /^[\w@%+=:,./-]+$/.test(arg)) ? args.join(' ') : JSON.stringify(args);

export interface UrlServer {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** The older HTTP transport, which the bridge speaks. */
  isSse: boolean;
}

/** A server with a URL becomes a remote adapter, or, with the older transport, one of the bridge. */
export function urlAdapter(
  from: string,
  name: string,
  { url, headers, isSse }: UrlServer,
  options: ImportOptions,
): ImportPlan {
  if (!URL.canParse(url) || /\$\{|\{[\w-]+\}/.test(decodeURI(url))) {
    return skip(from, `its URL ${url} has places to fill in, or is none. Fill them in, and import it again`);
  }
  const parsed = new URL(url);
  if (parsed.username || parsed.password)
    return skip(from, 'its URL has a password. Have the operator configure a credential instead');
  const secret = options.includeSecrets ? [] : secretParameters(parsed);
  if (secret.length > 0) {
    return skip(
      from,
      `${secret.join(', ')} in its URL may be a secret, which readers of the adapter would see. Have the operator configure a credential, or use --include-secrets`,
    );
  }
  const named = { name: resourceName(name) };
  const sorted = sortHeaders(headers, options);
  const local = /^(localhost|127\.|\[::1\])/.test(parsed.hostname)
    ? 'its URL is on this machine; the gateway must reach it, too'
    : undefined;
  if (!isSse) {
    const remote = { url, ...(Object.keys(sorted.headers).length > 0 && { headers: sorted.headers }) };
    return resource('adapter', from, { ...named, remote, upstreamAuth: sorted.upstreamAuth }, [...sorted.notes, local]);
  }
  const variables = {
    MCP_PROXY_URL: url,
    ...(Object.keys(sorted.headers).length > 0 && { MCP_PROXY_HEADERS: JSON.stringify(sorted.headers) }),
  };
  const spec = {
    ...named,
    imageName: 'mcp-proxy',
    imageVersion: options.bridgeVersion,
    environmentVariables: variables,
  };
  return resource('adapter', from, { ...spec, upstreamAuth: sorted.upstreamAuth }, [
    'speaks the older HTTP transport, which the bridge translates',
    ...sorted.notes,
    local,
  ]);
}

/** `ghcr.io/org/server:1.0` without the host, which the operator configures. */
export function imageOf(reference: string): { imageName: string; imageVersion: string; notes: string[] } {
  const [, host = '', rest = ''] = /^((?:localhost|[^/.:]*[.:][^/]*)\/)?(.+)$/.exec(reference) ?? [];
  const [beforeDigest = '', digest] = rest.split('@');
  const [imageName = '', tag] = beforeDigest.split(':');
  const version = [tag, digest].filter((part) => part !== undefined).join('@') || 'latest';
  const notes = [
    ...(host ? [`its registry ${host.slice(0, -1)} is not taken: copy the image to the registry of the gateway`] : []),
    ...(tag === undefined && digest === undefined ? ['names no version, so it gets "latest"'] : []),
  ];
  return { imageName, imageVersion: version, notes };
}
