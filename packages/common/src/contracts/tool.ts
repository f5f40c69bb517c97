import { z } from 'zod';
import { aboutFields } from './about.js';
import { ImageName, ImageVersion, text } from './adapter-fields.js';
import { boundedJson } from './bounded-json.js';
import { CredentialName } from './credential.js';
import {
  bodyFields,
  HealthCheck,
  identityFields,
  requestOf,
  ResourceAmounts,
  type ResourceRequest,
  serverFieldsOf,
  setsVariablesOnce,
  statusFieldsOf,
} from './replicated.js';
import { ResourceName } from './resource.js';
import { OF_TOOL_REPLICAS, refuseBesideRemoteOfTool, RemoteServer, RemoteUrl } from './remote.js';
import { DEFAULT_MCP_PATH, DEFAULT_PORT, type OpenApiSource, ServerPort, ToolPath, ToolSource } from './tool-source.js';

/**
 * In a cluster, a tool is reached at the Service `{name}-service`, whose name has at most 63 characters and begins with a letter
 * (RFC 1035 §2.3.1). Objects of all resources are called `{kind}-{name}`, so a tool with such a name could take theirs.
 */
const ToolName = ResourceName.max(55, 'must be at most 55 characters')
  .refine((name) => !/^[0-9]/.test(name), { message: 'must begin with a letter' })
  .refine((name) => !/^(adapter|tool|toolset|agent)-/.test(name), {
    message: 'must not begin with "adapter-", "tool-", "toolset-" or "agent-"',
  })
  .meta({ description: 'Name of the tool, for the API and for models.', examples: ['weather'] });

/** Characters of one definition as JSON, and how deep its objects and arrays may be nested. */
const MAX_CHARS = 65_536;
const MAX_DEPTH = 32;

const JsonObject = z.record(z.string(), z.unknown());

const ObjectSchema = JsonObject.refine(({ type }) => type === 'object', {
  message: 'must be a JSON Schema with "type": "object"',
});

const Icon = z.looseObject({
  src: text(32_768, 1)
    .regex(/^(https?:\/\/|data:image\/)/, 'must be an http or https URL or a data URL of an image')
    .meta({ description: 'URL of the image.' }),
  mimeType: text(128).optional().meta({ description: 'Media type of the image.' }),
  sizes: z
    .array(text(16))
    .max(16, 'must be at most 16 sizes')
    .optional()
    .meta({ description: 'Sizes such as `48x48`.' }),
  theme: z.enum(['light', 'dark']).optional().meta({ description: 'The theme that the image is for.' }),
});

const hint = (description: string) => z.boolean('must be true or false').optional().meta({ description });

/** The Tool of MCP (2025-11-25 and 2026-07-28, schema, `Tool`). Fields that the specification does not name are kept. */
export const McpTool = z
  .preprocess(
    boundedJson({ maxChars: MAX_CHARS, maxDepth: MAX_DEPTH }),
    z.looseObject({
      name: text(63, 1).meta({ description: 'The same as the `name` of the resource.' }),
      title: text(256).optional().meta({ description: 'Name for people.' }),
      description: text(16_384).optional().meta({ description: 'What the tool does, for models.' }),
      inputSchema: ObjectSchema.meta({ description: 'JSON Schema (2020-12) of the arguments; its type is `object`.' }),
      outputSchema: JsonObject.optional().meta({ description: 'JSON Schema (2020-12) of the structured result.' }),
      annotations: z
        .looseObject({
          title: text(256).optional().meta({ description: 'Name for people.' }),
          readOnlyHint: hint('The tool changes nothing.'),
          destructiveHint: hint('The tool may delete or overwrite.'),
          idempotentHint: hint('The same call again has no further effect.'),
          openWorldHint: hint('The tool acts on things outside of its server.'),
        })
        .optional()
        .meta({ description: 'Hints about the behaviour. Clients do not trust them.' }),
      icons: z.array(Icon).max(16, 'must be at most 16 icons').optional().meta({ description: 'Icons for people.' }),
      execution: z
        .looseObject({
          taskSupport: z
            .enum(['forbidden', 'optional', 'required'])
            .optional()
            .refine((support) => support !== 'required', {
              message: 'must not be "required": this tool runs without tasks',
            })
            .meta({ description: 'Whether clients may call the tool as a task. It cannot be `required`.' }),
        })
        .optional()
        .meta({ description: 'How the tool runs.' }),
      _meta: JsonObject.optional().meta({ description: 'Metadata (MCP, `_meta`).' }),
    }),
  )
  .meta({ description: 'The definition that MCP clients get (MCP, `Tool`).' });
export type McpTool = z.infer<typeof McpTool>;

export const DEFAULT_PATH = '/score';

/** The definition of a tool, and where its server takes the arguments. */
export const ToolDefinition = z.strictObject({
  tool: McpTool,
  port: ServerPort,
  path: ToolPath.optional().meta({
    description: 'URL path that takes the arguments, `/score` by default. Absent with `remote`.',
    default: DEFAULT_PATH,
  }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST').meta({
    description: 'HTTP method with which the gateway sends the arguments as JSON.',
  }),
});
export type ToolDefinition = z.infer<typeof ToolDefinition>;

const ToolAuth = z
  .strictObject({
    credential: CredentialName.meta({
      description:
        'Name of a credential that the operator has configured: of the type `header` or `client-credentials`, which are the ' +
        'same for all callers. The caller needs `mcp.admin` or a role that the operator lists for this credential.',
    }),
  })
  .optional()
  .meta({ description: 'How the gateway authenticates its calls to the server. Absent: it sends no credentials.' });

/** The desired state of a tool and of the server that executes it, as a caller describes it. */
export const ToolSpec = z
  .strictObject({
    name: ToolName,
    ...identityFields,
    ...aboutFields,
    // With the source `adapter` or with `remote`, no server runs.
    imageName: ImageName.optional(),
    imageVersion: ImageVersion.optional(),
    remote: RemoteServer.safeExtend({
      url: RemoteUrl.meta({
        description:
          'Source `openapi`: the URL before the paths of the document. Source `mcp`: the MCP endpoint. Source `http`: the URL ' +
          'that takes the arguments.',
        examples: ['https://api.example.com/v3'],
      }),
    })
      .optional()
      .meta({
        description:
          'A server that runs elsewhere, in place of `imageName` and `imageVersion`. The gateway runs nothing for it and ' +
          'connects to its URL.',
      }),
    source: ToolSource,
    toolDefinition: ToolDefinition.optional().meta({
      description:
        'The definition that MCP clients get, and where the server takes the arguments. The source `http` needs it; with all ' +
        'others, the source describes its tools.',
    }),
    upstreamAuth: ToolAuth,
    healthCheck: HealthCheck,
    resources: ResourceAmounts,
  })
  .refine(...setsVariablesOnce)
  .superRefine((spec, context) => {
    for (const { path, message } of sourceFaults(spec)) context.addIssue({ code: 'custom', path, message });
  })
  .meta({ id: 'ToolSpec' });
export type ToolSpec = z.infer<typeof ToolSpec>;

type Spec = Pick<ToolSpec, 'name' | 'source' | 'toolDefinition' | 'healthCheck' | 'remote'>;

/** The fields that describe a server, in a spec that has none. */
const OF_SERVER = [
  'imageName',
  'imageVersion',
  'environmentVariables',
  'secretEnvironment',
  'remote',
  'upstreamAuth',
] as const;

/** What of a spec does not go with its source. */
function sourceFaults(spec: Spec & Partial<Record<(typeof OF_SERVER)[number], unknown>>) {
  const { name, source, toolDefinition, healthCheck, remote } = spec;
  const faults: { path: string[]; message: string }[] = [];
  const refuse = (message: string, ...path: string[]) => faults.push({ path, message });
  if (source.type === 'http' && !toolDefinition) refuse('is required', 'toolDefinition');
  if (source.type !== 'http' && toolDefinition) {
    refuse(`must be absent: with the source "${source.type}", ${DESCRIBES[source.type]}`, 'toolDefinition');
  }
  if (source.type !== 'mcp' && healthCheck.type === 'mcp') {
    const message = `must be "http" or "tcp": the server of a tool with the source "${source.type}" does not speak MCP`;
    refuse(message, 'healthCheck', 'type');
  }
  if (toolDefinition && toolDefinition.tool.name !== name) {
    refuse('must be the name of the resource', 'toolDefinition', 'tool', 'name');
  }
  for (const field of OF_SERVER) {
    const isSet = Object.keys(Object(spec[field])).length > 0;
    const isImage = field === 'imageName' || field === 'imageVersion';
    if (source.type !== 'adapter' && isImage && !isSet && !remote) refuse('is required', field);
    if (source.type === 'adapter' && isSet) refuse('must be absent: the adapter has the server', field);
  }
  if (source.type === 'openapi')
    for (const fault of documentFaults(source, remote)) refuse(fault.message, ...fault.path);
  if (remote && source.type === 'openapi') {
    const { search, pathname } = new URL(remote.url);
    if (search !== '') refuse('must not have a query: operations have their own', 'remote', 'url');
    for (const { message } of ToolPath.safeParse(pathname).error?.issues ?? []) {
      refuse(`has a path that ${message}`, 'remote', 'url');
    }
  }
  return faults;
}

function* documentFaults({ document, documentUrl, approval }: OpenApiSource, remote: ToolSpec['remote']) {
  const path = ['source', 'documentUrl'];
  if (!document && documentUrl === undefined) {
    yield { path: ['source', 'document'], message: 'is required, unless documentUrl says where the server has it' };
  }
  if (document && approval === 'required') {
    const message = 'must be absent beside "document", which changes with PUT only; documentUrl can need approval';
    yield { path: ['source', 'approval'], message };
  }
  if (documentUrl === undefined) return;
  if (document) yield { path, message: 'must be absent beside "document"' };
  if (documentUrl.startsWith('/')) return;
  const { origin, username, password } = new URL(documentUrl);
  if (username !== '' || password !== '') yield { path, message: 'must not have a user or a password' };
  if (!remote) {
    yield { path, message: 'must be a path, such as /openapi.json: the gateway reads it from the server of this tool' };
  } else if (origin !== new URL(remote.url).origin) {
    yield { path, message: 'must be at the origin of remote.url: the gateway reads no document of another server' };
  }
}

const DESCRIBES = {
  mcp: 'the server describes its tools',
  adapter: 'the adapter describes its tools',
  openapi: 'the document describes the tools',
};

/** The spec and the fields that the gateway sets. A remote tool has no fields about what the gateway runs. */
export const ToolResource = z
  .strictObject({
    ...ToolSpec.shape,
    ...z.object(ToolSpec.shape).pick(OF_TOOL_REPLICAS).partial().shape,
    ...serverFieldsOf('tool'),
  })
  .meta({ id: 'ToolResource' });
export type ToolResource = z.infer<typeof ToolResource>;

/** What the worker has observed of the server of a tool. */
export const ToolStatus = z.strictObject(statusFieldsOf('tool')).meta({ id: 'ToolStatus' });
export type ToolStatus = z.infer<typeof ToolStatus>;

/** The body of POST and PUT: a spec, or the answer of GET with changes in it. */
export const ToolBody = ToolSpec.safeExtend(bodyFields).meta({ id: 'ToolBody' });

export type ToolRequest = ResourceRequest<ToolSpec>;
/** Accepts names of fields in any case, and treats a field that is null as absent. Without a server there are no replicas. */
export const ToolRequest = requestOf<ToolSpec>(ToolBody, refuseBesideRemoteOfTool).transform(
  ({ spec, read }): ToolRequest => ({
    spec: spec.source.type === 'adapter' || spec.remote ? { ...spec, replicaCount: 0 } : listening(spec),
    read,
  }),
);

/** With the defaults of a server that the gateway runs. */
function listening({ source, toolDefinition, ...spec }: ToolSpec): ToolSpec {
  const { port = DEFAULT_PORT, path = DEFAULT_PATH } = toolDefinition ?? {};
  return {
    ...spec,
    source: listeningSource(source),
    ...(toolDefinition && { toolDefinition: { ...toolDefinition, port, path } }),
  };
}

function listeningSource(source: ToolSource): ToolSource {
  switch (source.type) {
    case 'mcp':
      return { ...source, port: source.port ?? DEFAULT_PORT, path: source.path ?? DEFAULT_MCP_PATH };
    case 'openapi':
      return { ...source, port: source.port ?? DEFAULT_PORT };
    default:
      return source;
  }
}

/** The spec as callers see it: of a remote tool, without the fields about what the gateway runs. */
export function representedTool(spec: ToolSpec): Omit<ToolSpec, keyof typeof OF_TOOL_REPLICAS> & Partial<ToolSpec> {
  if (!spec.remote) return spec;
  const kept = Object.entries(spec).filter(([field]) => !Object.hasOwn(OF_TOOL_REPLICAS, field));
  return Object.fromEntries(kept) as Omit<ToolSpec, keyof typeof OF_TOOL_REPLICAS>;
}

/** What stands before the paths of an OpenAPI document, as far as the spec says it. */
export function apiPath({ source, remote }: Pick<ToolSpec, 'source' | 'remote'>): string | undefined {
  if (source.type === 'openapi' && source.path !== undefined) return source.path;
  const path = remote && new URL(remote.url).pathname;
  return path === '/' ? undefined : path;
}
