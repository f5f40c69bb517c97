import { type ImportOptions, type ImportPlan, isObject, joined, listOf, objectOf, skip, textOf } from './plan.js';
import { stdioAdapter, urlAdapter } from './servers.js';
import { withNotes } from './toolhive.js';

/** The configuration file of agentgateway: `binds`, or the short form `mcp`. Undefined when it is neither. */
export function importAgentgateway(document: Record<string, unknown>, options: ImportOptions): ImportPlan | undefined {
  const short = objectOf(document['mcp']);
  if (Array.isArray(short['targets'])) return targetsOf('mcp', short['targets'], policiesOf(short), options);
  if (!Array.isArray(document['binds'])) return undefined;
  const routes = document['binds']
    .flatMap((bind) => listOf(objectOf(bind)['listeners']))
    .flatMap((each) => listOf(objectOf(each)['routes']));
  const plans = routes.map(objectOf).flatMap((route, at) =>
    listOf(route['backends']).map((backend) => {
      const from = `routes[${at}]`;
      const targets = objectOf(objectOf(backend)['mcp'])['targets'];
      if (Array.isArray(targets)) return targetsOf(from, targets, policiesOf(route), options);
      return skip(from, `its backend (${Object.keys(objectOf(backend)).join(', ')}) is no MCP server`);
    }),
  );
  return joined(plans);
}

/** Cross-origin rules have their counterpart in the configuration of the data plane, and the rest in ours of each kind. */
function policiesOf(of: Record<string, unknown>): string[] {
  const names = Object.keys(objectOf(of['policies']));
  return names.length > 0
    ? [`policies are not taken (${names.join(', ')}); see docs/permissions.md and docs/identity.md`]
    : [];
}

function targetsOf(from: string, targets: unknown[], notes: string[], options: ImportOptions): ImportPlan {
  return withNotes(joined(targets.map((target) => targetOf(from, objectOf(target), options))), notes);
}

function targetOf(parent: string, target: Record<string, unknown>, options: ImportOptions): ImportPlan {
  const name = textOf(target['name']) ?? 'server';
  const from = `${parent}.targets.${name}`;
  if (isObject(target['stdio'])) {
    const { cmd, args, env } = target['stdio'];
    const variables = Object.fromEntries(Object.entries(objectOf(env)).map(([key, value]) => [key, String(value)]));
    return stdioAdapter(
      from,
      name,
      { command: textOf(cmd) ?? '', args: listOf(args).map(String), env: variables },
      options,
    );
  }
  for (const kind of ['mcp', 'sse'] as const) {
    if (!isObject(target[kind])) continue;
    const url = urlOf(target[kind], kind === 'sse' ? '/sse' : '/mcp');
    return url === undefined
      ? skip(from, 'it names no host')
      : urlAdapter(from, name, { url, headers: {}, isSse: kind === 'sse' }, options);
  }
  if (isObject(target['openapi'])) {
    return skip(
      from,
      'it makes tools of an OpenAPI document. Register a tool with the source "openapi" (docs/tools.md)',
    );
  }
  return skip(
    from,
    `its kind (${Object.keys(target)
      .filter((key) => key !== 'name')
      .join(', ')}) has no counterpart here`,
  );
}

/** `host` is a URL, or a host beside `port` and `path`. */
function urlOf(of: Record<string, unknown>, fallback: string): string | undefined {
  const host = textOf(of['host']);
  if (host === undefined) return undefined;
  if (/^https?:\/\//.test(host)) return host;
  const path = textOf(of['path']) ?? fallback;
  const port = Number(of['port'] ?? 80);
  if (port === 443) return `https://${host}${path}`;
  return `http://${host}${port === 80 ? '' : `:${port}`}${path}`;
}
