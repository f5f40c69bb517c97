import {
  type ImportOptions,
  type ImportPlan,
  joined,
  listOf,
  objectOf,
  resource,
  resourceName,
  skip,
  textOf,
} from './plan.js';
import { urlAdapter } from './servers.js';
import { type KubernetesObject, withNotes } from './toolhive.js';

/**
 * Resources of `mcp.kuadrant.io`. A registration becomes a remote adapter and a tool that lists it at /mcp; its URL is in
 * the HTTPRoute that it names, which must be in the same files. A virtual server becomes a toolset.
 */
export function importKuadrant(objects: readonly KubernetesObject[], options: ImportOptions): ImportPlan {
  const registrations = objects.filter(({ kind }) => kind === 'MCPServerRegistration' || kind === 'MCPServer');
  const virtual = objects.filter(({ kind }) => kind === 'MCPVirtualServer');
  const routes = objects.filter(({ kind }) => kind === 'HTTPRoute');
  const others = objects.filter((each) => ![...registrations, ...virtual, ...routes].includes(each));
  return joined([
    ...registrations.map((each) => registrationOf(each, routes, options)),
    ...virtual.map((each) => toolsetOf(each, registrations)),
    ...others.map(({ kind, name }) => skip(`${kind} ${name}`, `${kind} has no counterpart here`)),
  ]);
}

const prefixOf = ({ spec }: KubernetesObject): string => textOf(spec['prefix']) ?? textOf(spec['toolPrefix']) ?? '';

function registrationOf(of: KubernetesObject, routes: readonly KubernetesObject[], options: ImportOptions): ImportPlan {
  const from = `${of.kind} ${of.name}`;
  const target = objectOf(of.spec['targetRef']);
  const namespace = textOf(target['namespace']) ?? of.namespace;
  const route = routes.find(({ name, namespace: its }) => name === target['name'] && (its ?? namespace) === namespace);
  if (!route) return skip(from, `the HTTPRoute ${String(target['name'])} with its address is not in the files`);
  const url = urlOf(route, textOf(of.spec['path']) ?? '/mcp');
  if (url === undefined) return skip(from, `the HTTPRoute ${route.name} has no backend with a port`);
  const credential = objectOf(of.spec['credentialRef'])['name'];
  const adapter = urlAdapter(
    from,
    of.name,
    { url, headers: credential === undefined ? {} : { authorization: '${secret}' }, isSse: false },
    options,
  );
  const name = adapter.resources[0]?.spec.name;
  if (name === undefined) return adapter;
  const source = { type: 'adapter', adapter: name, prefix: prefixOf(of) };
  return joined([
    withNotes(
      adapter,
      url.includes('.svc.cluster.local') ? ['an address in a cluster: the operator must permit private networks'] : [],
    ),
    resource('tool', from, { name: resourceName(of.name, 55), source }),
  ]);
}

/** `backendRefs` name a Service, or with Istio a host outside of the cluster. */
function urlOf(route: KubernetesObject, path: string): string | undefined {
  const refs = listOf(route.spec['rules'])
    .map(objectOf)
    .flatMap((rule) => listOf(rule['backendRefs']).map(objectOf));
  const ref = refs[0];
  const name = ref && textOf(ref['name']);
  if (name === undefined || typeof ref?.['port'] !== 'number') return undefined;
  const { port } = ref as { port: number };
  if (ref['kind'] === 'Hostname') return `https://${name}${port === 443 ? '' : `:${port}`}${path}`;
  return `http://${name}.${textOf(ref['namespace']) ?? route.namespace ?? 'default'}.svc.cluster.local:${port}${path}`;
}

function toolsetOf({ kind, name, spec }: KubernetesObject, registrations: readonly KubernetesObject[]): ImportPlan {
  const from = `${kind} ${name}`;
  const tools = listOf(spec['tools']).map(String);
  if (tools.length === 0) return skip(from, 'it names no tools');
  const sources = new Map(registrations.map((each) => [prefixOf(each), resourceName(each.name, 55)]));
  const selections = tools.map((tool) => {
    const [, source] =
      [...sources]
        .filter(([prefix]) => prefix !== '' && tool.startsWith(prefix))
        .toSorted(([a], [b]) => b.length - a.length)[0] ?? [];
    return { name: tool, ...(source && { source: { kind: 'tool', name: source } }) };
  });
  return resource('toolset', from, {
    name: resourceName(name),
    description: textOf(spec['description']) ?? '',
    tools: selections,
  });
}
