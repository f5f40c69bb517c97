import { type ImportOptions, type ImportPlan, listOf, objectOf, resource, resourceName, skip, textOf } from './plan.js';
import { imageOf, urlAdapter } from './servers.js';

export interface KubernetesObject {
  kind: string;
  name: string;
  namespace: string | undefined;
  spec: Record<string, unknown>;
}

/** What an adapter has no counterpart for; each is a reason to look again. */
const LEFT = [
  'permissionProfile',
  'podTemplateSpec',
  'oidcConfig',
  'oidcConfigRef',
  'authzConfig',
  'externalAuthConfigRef',
  'authServerRef',
  'audit',
  'telemetry',
  'telemetryConfigRef',
  'toolConfigRef',
  'tools',
  'resourceOverrides',
  'volumes',
  'groupRef',
  'rateLimiting',
];

/** Resources of `toolhive.stacklok.dev`: MCPServer, MCPRemoteProxy and MCPServerEntry. */
export function importToolHive(object: KubernetesObject, options: ImportOptions): ImportPlan {
  const from = `${object.kind} ${object.name}`;
  switch (object.kind) {
    case 'MCPServer':
      return serverOf(from, object, options);
    case 'MCPRemoteProxy':
    case 'MCPServerEntry': {
      const url = textOf(object.spec['remoteUrl']) ?? textOf(object.spec['remoteURL']);
      if (url === undefined) return skip(from, 'it has no remoteUrl');
      const plan = urlAdapter(
        from,
        object.name,
        { url, headers: {}, isSse: object.spec['transport'] === 'sse' },
        options,
      );
      return withNotes(plan, leftOf(object.spec));
    }
    default:
      return skip(from, `${object.kind} has no counterpart here`);
  }
}

function serverOf(from: string, { name, spec }: KubernetesObject, { secretsFrom }: ImportOptions): ImportPlan {
  const reference = textOf(spec['image']);
  if (reference === undefined) return skip(from, 'it has no image');
  const transport = textOf(spec['transport']) ?? 'stdio';
  if (transport === 'stdio') {
    return skip(
      from,
      'its image speaks stdio, to which ToolHive attaches. Build an image of the server and the bridge (docs/servers.md)',
    );
  }
  if (listOf(spec['args']).length > 0) {
    return skip(from, 'it has args, which an adapter does not have. Put them into an image of your own');
  }
  const { imageName, imageVersion, notes } = imageOf(reference);
  const port = spec['mcpPort'] ?? spec['targetPort'] ?? spec['port'];
  const environmentVariables = Object.fromEntries(
    listOf(spec['env'])
      .map(objectOf)
      .map((each) => [String(each['name']), textOf(each['value']) ?? '']),
  );
  const secretEnvironment = Object.fromEntries(
    listOf(spec['secrets'])
      .map(objectOf)
      .map((each) => [
        textOf(each['targetEnvName']) ?? String(each['key']),
        { secret: secretsFrom ?? String(each['name']), key: String(each['key']) },
      ]),
  );
  const replicas = spec['replicas'];
  return resource(
    'adapter',
    from,
    {
      name: resourceName(name),
      imageName,
      imageVersion,
      ...(typeof port === 'number' && { port }),
      ...(transport === 'sse' && { path: '/sse' }),
      ...(typeof replicas === 'number' && { replicaCount: replicas }),
      environmentVariables,
      secretEnvironment,
      resources: objectOf(spec['resources']),
    },
    [
      ...notes,
      transport === 'sse' ? 'speaks the older HTTP transport: clients find it at /adapters/NAME/sse' : undefined,
      Object.keys(secretEnvironment).length > 0 ? 'its Secrets must be in the namespace of the adapters' : undefined,
      ...leftOf(spec),
    ],
  );
}

function leftOf(spec: Record<string, unknown>): string[] {
  const left = LEFT.filter((name) => spec[name] !== undefined);
  return left.length > 0 ? [`not taken: ${left.join(', ')}`] : [];
}

export const withNotes = (plan: ImportPlan, notes: readonly string[]): ImportPlan => ({
  ...plan,
  resources: plan.resources.map((each) => ({ ...each, notes: [...each.notes, ...notes] })),
});
